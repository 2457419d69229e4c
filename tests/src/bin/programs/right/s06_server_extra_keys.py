# right: non-blocking sockets and a selector; its headers hold other keys, blanks and the word data_size elsewhere.
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def frame(number, body):
    others = {
        "note": 'not this "data_size": 99, nor {this}',
        "sizes": [{"data_size": 1}, None, -1.5e-3, True],
        "größe": "\\ \" / \b \u2028 \U0001f9e6",
        "number": number,
    }
    head = json.dumps(others, indent=3, ensure_ascii=number % 2 == 0)[:-2]
    header = f'\r\n\t {head} ,\n  "data_size"\t:\n {len(body)} ,"last":{{ }} }} \n'.encode()
    return struct.pack(">I", len(header)) + header + body


class Connection:
    def __init__(self, sock, frames):
        self.sock = sock
        self.waiting = iter(frames)
        self.rest = memoryview(next(self.waiting))
        self.deadline = None  # set once everything is out: then what comes is thrown away until EOF or this time

    def write(self):
        while self.rest:
            try:
                self.rest = self.rest[self.sock.send(self.rest):]
            except (BlockingIOError, InterruptedError):
                return False
            if not self.rest:
                self.rest = memoryview(next(self.waiting, b""))
        self.sock.shutdown(socket.SHUT_WR)
        self.deadline = time.monotonic() + 1
        return True


def loop(listener, frames):
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, None)
    draining = {}

    def end(conn):
        draining.pop(conn.sock, None)
        selector.unregister(conn.sock)
        conn.sock.close()

    while True:
        now = time.monotonic()
        for conn in [c for c in draining.values() if c.deadline <= now]:
            end(conn)
        pause = min((c.deadline - now for c in draining.values()), default=None)
        for key, _ in selector.select(pause):
            conn = key.data
            try:
                if conn is None:
                    sock, _peer = listener.accept()
                    sock.setblocking(False)
                    selector.register(sock, selectors.EVENT_WRITE, Connection(sock, frames))
                elif conn.deadline is None:
                    if conn.write():
                        draining[conn.sock] = conn
                        selector.modify(conn.sock, selectors.EVENT_READ, conn)
                elif not conn.sock.recv(4096):
                    end(conn)
            except (BlockingIOError, InterruptedError):
                pass
            except OSError as e:
                say(2, f"{'accept' if conn is None else 'a client left'}: {e}")
                if conn is None:
                    time.sleep(0.05)
                else:
                    end(conn)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    bodies = [os.fsencode(a) for a in sys.argv[2:]] or [b"more keys", b"than you asked for", b"{\"data_size\":0}"]
    try:
        host, _, port = addr.rpartition(":")
        if not host:
            raise ValueError("not HOST:PORT")
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family, backlog=128)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    listener.setblocking(False)
    say(1, f"listening on {addr}")
    return loop(listener, [frame(k, body) for k, body in enumerate(bodies, 1)])


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
