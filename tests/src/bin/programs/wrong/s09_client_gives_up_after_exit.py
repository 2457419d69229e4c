# kills waits-after-exit@plain: it gave up by a time limit of its own
# Mistake: after the reply to `exit` it waits for a second at most.
# Breaks "waits for the server's end", "No program ends a wait by a time limit of its own unless the protocol says so"; seen from outside: a second after the reply to `exit` it is gone, and the server has not ended.
import os
import signal
import socket
import sys

LONGEST = 8192


class Broken(Exception):
    pass


def show(data):
    while data:
        data = data[os.write(1, data):]


def reply(replies):
    line = replies.readline(LONGEST + 1)
    if line.endswith(b"\n"):
        return line
    if len(line) > LONGEST:
        raise Broken(f"the reply is longer than {LONGEST} bytes")
    raise Broken(f"the server ended after {len(line)} bytes of a reply")


def talk(addr):
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError(f"{addr} is not HOST:PORT")
    with socket.create_connection((host.strip("[]"), int(port))) as sock, sock.makefile("rb") as replies:
        lines = open(0, "rb", closefd=False)
        while True:
            if os.isatty(0):
                show(b">> ")
            line = lines.readline()
            if not line:
                return
            if line.endswith(b"\n"):
                line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
            if line == b"q":
                return
            if not line:
                continue
            sock.sendall(line + b"\n")
            show(reply(replies))
            if line == b"exit":
                sock.settimeout(1)
                try:
                    while replies.read1(4096):
                        pass
                except socket.timeout:
                    pass
                return


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        talk(addr)
    except (OSError, ValueError, OverflowError, Broken) as e:
        try:
            os.write(2, f"client: {e}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        return 1
    return 0


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # the socket may not become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
