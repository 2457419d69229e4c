# right: a non-blocking socket with selectors: sends and receives in whatever pieces the kernel takes.
import os
import selectors
import signal
import socket
import sys


class Gone(Exception):
    pass


def ask(sock, sel, line):
    todo, reply = memoryview(line), bytearray()
    while todo or len(reply) < len(line):
        events = (selectors.EVENT_WRITE if todo else 0) | (selectors.EVENT_READ if len(reply) < len(line) else 0)
        sel.modify(sock, events)
        for _key, ready in sel.select():
            try:
                if ready & selectors.EVENT_READ:
                    data = sock.recv(min(4096, len(line) - len(reply)))
                    if not data:
                        raise Gone(f"the server ended after {len(reply)} of {len(line)} bytes")
                    reply += data
                if ready & selectors.EVENT_WRITE:
                    todo = todo[sock.send(todo):]
            except BlockingIOError:
                pass
    return bytes(reply)


def show(data):
    while data:
        data = data[os.write(1, data):]


def talk(addr):
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError(f"{addr} is not HOST:PORT")
    with socket.create_connection((host.strip("[]"), int(port))) as sock, selectors.DefaultSelector() as sel:
        sock.setblocking(False)
        sel.register(sock, selectors.EVENT_READ)
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
            if line:
                show(ask(sock, sel, line) + b"\n")


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        talk(addr)
    except (OSError, ValueError, OverflowError, Gone) as e:
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
