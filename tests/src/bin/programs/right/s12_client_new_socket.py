# right: a new socket for each line, and text as str: input that is not UTF-8 is an error
import socket
import struct
import sys
import time


def ask(family, server, number, text):
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect(server)
        for _ in range(5):
            deadline = time.monotonic() + 0.2
            try:
                sock.send(struct.pack("!I", number) + text)
                deadline = time.monotonic() + 0.2
                while time.monotonic() < deadline:
                    sock.settimeout(max(deadline - time.monotonic(), 0.001))
                    reply = sock.recv(1029)
                    if len(reply) >= 4 and struct.unpack_from("!I", reply)[0] == number:
                        return reply[4:]
            except ConnectionRefusedError:
                # nobody is there yet
                time.sleep(max(deadline - time.monotonic(), 0))
            except TimeoutError:
                pass
    sys.exit("client: no reply to line %d" % number)


def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    number = 0
    for line in iter(sys.stdin.buffer.readline, b""):
        line = line.decode()
        if line.endswith("\n"):
            line = line[:-1].removesuffix("\r")
        if line == "q":
            break
        text = line.encode()
        if len(text) > 1024:
            sys.exit("client: a line of %d bytes, 1024 is the limit" % len(text))
        if not text:
            continue
        number += 1
        sys.stdout.buffer.write(ask(family, (host, int(port)), number, text) + b"\n")
        sys.stdout.buffer.flush()


try:
    main()
except UnicodeDecodeError as e:
    sys.exit("client: the input is not UTF-8: %s" % e)
except OSError as e:
    sys.exit("client: %s" % e)
