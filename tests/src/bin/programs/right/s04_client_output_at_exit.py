# right: non-blocking recv_into behind a selector, everything printed only at the end.
import os
import selectors
import socket
import sys


def connect(addr):
    host, _, port = addr.rpartition(":")
    if not host:
        raise ValueError("not HOST:PORT")
    return socket.create_connection((host.strip("[]"), int(port)))


def hear(sock, messages):
    buf = bytearray(1024)
    sock.setblocking(False)
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        while True:
            selector.select()
            try:
                n = sock.recv_into(buf)
            except BlockingIOError:
                continue
            if n == 0:
                return
            messages.append(bytes(buf[:n]))


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages, why = [], None
    try:
        with connect(addr) as sock:
            hear(sock, messages)
    except (OSError, ValueError, OverflowError) as e:
        why = e
    lines = b"".join(b"message %d: %b\n" % pair for pair in enumerate(messages, 1))
    try:
        while lines:
            lines = lines[os.write(1, lines):]
    except OSError as e:
        why = why or e
    if why:
        os.write(2, f"client: {addr}: {why}\n".encode("utf-8", "backslashreplace"))
    return 1 if why else 0


while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(spare)
sys.exit(main())
