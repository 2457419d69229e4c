# kills only-ascii-letters@plain/ipv6: it ended at its start
# Mistake: it leaves the brackets around ::1.
import errno
import os
import selectors
import signal
import socket
import stat
import sys

HELD = 65536


class Client:
    def __init__(self, sock):
        self.sock, self.out, self.ended = sock, bytearray(), False

    def turn(self, ready):
        """One event; the events to wait for next, 0 when the client is through."""
        try:
            if ready & selectors.EVENT_READ:
                data = self.sock.recv(16384)
                self.ended = not data
                self.out += data.upper()
            if self.out:
                del self.out[:self.sock.send(self.out)]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            return 0
        reading = selectors.EVENT_READ if not self.ended and len(self.out) < HELD else 0
        return reading | (selectors.EVENT_WRITE if self.out else 0)


def accept(sel, listener):
    """One client; False when descriptors have run out."""
    try:
        sock, _peer = listener.accept()
    except OSError as e:
        return e.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
    sock.setblocking(False)
    sel.register(sock, selectors.EVENT_READ, Client(sock))
    return True


def bind_unix(listener, path):
    if not path:
        raise ValueError("the path is empty")
    try:
        what = os.lstat(path).st_mode
    except FileNotFoundError:
        return listener.bind(path)
    if not stat.S_ISSOCK(what):
        raise ValueError("something else than a socket stands there")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        if (why := probe.connect_ex(path)) != errno.ECONNREFUSED:
            raise ValueError(f"a socket stands there, and it is in use ({os.strerror(why)})")
    folder, name = os.path.split(path)
    os.chdir(folder or ".")  # the name beside it is short, however long the path is
    beside = f".{os.getpid()}"
    listener.bind(beside)
    os.rename(beside, name)


def listen(addr):
    if addr.startswith("unix:"):
        listener = socket.socket(socket.AF_UNIX)
        bind_unix(listener, addr.removeprefix("unix:"))
        listener.listen(512)
        return listener
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError("not HOST:PORT")
    family, _, _, _, where = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
    return socket.create_server(where[:2], family=family, backlog=512)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        listener = listen(addr)
    except (OSError, ValueError, OverflowError) as e:
        os.write(2, f"cannot bind {addr}: {e}\n".encode("utf-8", "backslashreplace"))
        return 1
    listener.setblocking(False)
    sel = selectors.DefaultSelector()
    sel.register(listener, selectors.EVENT_READ)
    open_to_all = True
    while True:
        events = sel.select(None if open_to_all else 0.05)
        if not open_to_all:
            sel.register(listener, selectors.EVENT_READ)
            open_to_all = True
        for key, ready in events:
            if key.data is None:
                open_to_all = accept(sel, listener)
                if not open_to_all:
                    sel.unregister(listener)
            elif wanted := key.data.turn(ready):
                if wanted != key.events:
                    sel.modify(key.fileobj, wanted, key.data)
            else:
                sel.unregister(key.fileobj)
                key.fileobj.close()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
