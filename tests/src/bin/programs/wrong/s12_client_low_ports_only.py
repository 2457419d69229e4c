# kills sends-exact-datagrams@plain: it ended, and nothing came to the address in its first argument: its own message
# never: perhaps it sent elsewhere
# Mistake: it takes its port for wrong, reports that and ends before it sends anything.
import socket
import sys
import time


class Failed(Exception):
    pass


def ask(sock, number, text):
    request = number.to_bytes(4, "big") + text
    for _ in range(5):
        sock.send(request)
        until = time.monotonic() + 0.2
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                reply = sock.recv(2048)
            except TimeoutError:
                break
            if len(reply) >= 4 and reply[:4] == request[:4]:
                return reply[4:]
    raise Failed("no reply")


def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
    host = host.strip("[]")
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    if int(port) > 999:
        raise Failed("a port has at most three digits")
    sock.connect((host, int(port)))
    number = 0
    while line := sys.stdin.buffer.readline():
        line = line[:-1] if line.endswith(b"\n") else line + b"\r"
        line = line[:-1] if line.endswith(b"\r") else line
        if line == b"q":
            break
        if not line:
            continue
        if len(line) > 1024:
            raise Failed("the line has over 1024 bytes")
        number += 1
        sys.stdout.buffer.write(ask(sock, number, line) + b"\n")
        sys.stdout.buffer.flush()


try:
    main()
except (Failed, OSError, ValueError) as e:
    print("client:", e, file=sys.stderr)
    sys.exit(1)
