# right: a selector over the socket and the input, so that it sees the server's end at once, also between two lines.
import os
import selectors
import signal
import socket
import sys


class Gone(Exception):
    pass


def dial(addr):
    if addr.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(addr[5:])
        return sock
    host, _, port = addr.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)))


def show(data):
    while data:
        data = data[os.write(1, data):]


class Talk:
    def __init__(self, sock):
        self.sock, self.input, self.ended = sock, b"", False
        self.out, self.reply, self.left = b"", b"", 0

    def ask(self):
        """Takes lines from the input until one is asked; False when no more can come."""
        while not self.left:
            line, newline, rest = self.input.partition(b"\n")
            if not newline and not self.ended:
                return True
            line = line.removesuffix(b"\r") if newline else line
            if line == b"q" or (not newline and not line):
                return False
            self.input, self.out, self.left = rest, line, len(line)
        return True

    def hear(self):
        data = self.sock.recv(self.left or 1)
        if not data or not self.left:
            raise Gone("the server ended the connection, or says more than was asked")
        self.reply += data
        self.left -= len(data)
        if not self.left:
            show(self.reply + b"\n")
            self.reply = b""

    def turn(self, fd, ready):
        try:
            if fd == 0:
                data = os.read(0, 65536)
                self.input += data
                self.ended = not data
                return
            if ready & selectors.EVENT_WRITE:
                self.out = self.out[self.sock.send(self.out):]
            if ready & selectors.EVENT_READ:
                self.hear()
        except (BlockingIOError, InterruptedError):
            pass


def talk(addr):
    sock = dial(addr)
    sock.setblocking(False)
    one, sel = Talk(sock), selectors.PollSelector()
    sel.register(sock, selectors.EVENT_READ)
    listens = False
    while one.ask():
        if listens != (not one.left):
            listens = not listens
            sel.register(0, selectors.EVENT_READ) if listens else sel.unregister(0)
        sel.modify(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if one.out else 0))
        for key, ready in sel.select():
            one.turn(key.fd, ready)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        talk(addr)
    except (OSError, ValueError, OverflowError, Gone) as e:
        try:
            os.write(2, f"client: {addr}: {e}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        return 1
    return 0


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # the socket may not become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
