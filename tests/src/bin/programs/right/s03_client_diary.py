# right: selectors, with a diary on stdout and stderr and a time stamp before each line it prints.
import os
import selectors
import signal
import socket
import sys
import time

START = time.monotonic()


def put(fd, data):
    while data:
        data = data[os.write(fd, data):]


def line(data):
    put(1, b"[%8.3f s] " % (time.monotonic() - START) + data + b"\n")


def diary(text):
    try:
        put(2, f"diary: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def hear(sock):
    sock.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(sock, selectors.EVENT_READ)
    reads = total = 0
    while True:
        selector.select()
        try:
            data = sock.recv(1024)
        except BlockingIOError:
            continue
        if not data:
            break
        reads += 1
        total += len(data)
        line(b"read %d: %d bytes: %b" % (reads, len(data), data))
        diary(f"after read {reads} there are {total} bytes")
    line(b"total: %d bytes in %d reads" % (total, reads))


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        line(b"dear diary, today I listen to a server")
        host, port = address.rsplit(":", 1)
        if not host:
            raise ValueError("not HOST:PORT")
        with socket.create_connection((host, int(port))) as sock:
            diary(f"connected to {address}")
            hear(sock)
    except (OSError, ValueError, OverflowError) as e:
        diary(f"it went wrong: {e}")
        return 1
    diary("it went well")
    return 0


sys.exit(main())
