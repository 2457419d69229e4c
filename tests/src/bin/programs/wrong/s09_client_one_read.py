# kills whole-replies@dribble: a reply ends with `\n`, and may come in any number of pieces
# Mistake: it takes what one recv returns for the reply.
# Breaks "reads a reply to its `\n`"; seen from outside: of a reply that comes byte by byte it prints the first byte, and takes the next one for the next reply.
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


def reply(sock):
    line = sock.recv(LONGEST + 1)
    if not line:
        raise Broken("the server ended")
    if line.endswith(b"\n"):
        return line
    if len(line) > LONGEST:
        raise Broken(f"the reply is longer than {LONGEST} bytes")
    return line + b"\n"


def talk(addr):
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError(f"{addr} is not HOST:PORT")
    with socket.create_connection((host.strip("[]"), int(port))) as sock:
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
            show(reply(sock))
            if line == b"exit":
                while sock.recv(4096):
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
