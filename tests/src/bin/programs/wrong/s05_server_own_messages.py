# kills pushes-messages@plain: announce that
# never: print the bytes of each message
# Mistake: it pushes its own messages, and not those of its arguments.
# Breaks "`server ADDR MESSAGE…` (defaults if none)"; seen from outside: the size is that of another message.
import os
import selectors
import signal
import socket
import sys
import time

ANSWER = b"receive ok"
SELECTOR = selectors.DefaultSelector()


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


class Client:
    def __init__(self, sock, messages):
        self.sock, self.messages = sock, messages
        self.answer, self.end = b"", None
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        SELECTOR.register(sock, selectors.EVENT_WRITE, self)
        self.number = 0
        self.out, self.body = self.size(), False

    def size(self):
        return memoryview(str(len(self.messages[self.number])).encode())

    def turn(self):
        if self.end is not None:
            if not self.sock.recv(4096):
                self.close()
        elif self.out:
            self.out = self.out[self.sock.send(self.out[:1000]):]
        else:
            data = self.sock.recv(len(ANSWER) - len(self.answer))
            self.answer += data
            if not data or (len(self.answer) == len(ANSWER) and self.answer != ANSWER):
                return self.finish(bool(data))
            if self.answer == ANSWER:
                self.answer, self.body = b"", True
                self.out = memoryview(self.messages[self.number])
        while self.body and not self.out:  # a body has gone: the next size
            self.body = False
            self.number += 1
            if self.number == len(self.messages):
                return self.finish(True)
            self.out = self.size()
        if self.end is None:
            SELECTOR.modify(self.sock, selectors.EVENT_WRITE if self.out else selectors.EVENT_READ, self)

    def finish(self, more):
        self.sock.shutdown(socket.SHUT_WR)
        if not more:
            return self.close()
        self.end = time.monotonic() + 1
        SELECTOR.modify(self.sock, selectors.EVENT_READ, self)

    def close(self):
        SELECTOR.unregister(self.sock)
        self.sock.close()


def listen(addr):
    host, _, port = addr.rpartition(":")
    if not host:
        raise ValueError("not HOST:PORT")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=128)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [b"selected", b"and asked for", b"and sent"]
    try:
        listener = listen(addr)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    listener.setblocking(False)
    SELECTOR.register(listener, selectors.EVENT_READ)
    say(1, f"listening on {addr}")
    while True:
        clients = [key.data for key in SELECTOR.get_map().values() if key.data]
        ends = [c.end for c in clients if c.end is not None]
        events = SELECTOR.select(max(0, min(ends) - time.monotonic()) if ends else None)
        for key, _ in events:
            try:
                key.data.turn() if key.data else Client(listener.accept()[0], messages)
            except BlockingIOError:
                pass
            except OSError as e:
                say(1, f"{'a client left' if key.data else 'accept'}: {e}")
                if key.data:
                    key.data.close()
                else:
                    time.sleep(0.05)
        for client in clients:
            if client.end is not None and client.end <= time.monotonic() and client.sock.fileno() >= 0:
                client.close()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
