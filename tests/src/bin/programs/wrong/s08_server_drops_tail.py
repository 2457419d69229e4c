# kills late-reader@plain: the server closed the connection after
# Mistake: at a client's EOF it closes the connection at once, with bytes still in its own output buffer.
# Breaks "returns every byte …, in order, until the client's EOF; then it closes that connection"; seen from outside: a client that sends a megabyte, half-closes and reads only then gets a part of it.
import os
import select
import signal
import socket
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def listen(host, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener


class Client:
    def __init__(self, conn):
        self.conn, self.out = conn, bytearray()

    def turn(self, event):
        """The events to wait for next, 0 when this client is through."""
        try:
            if event & select.POLLIN:
                data = self.conn.recv(65536)
                if not data:
                    return 0
                self.out += data.upper()
            del self.out[:self.conn.send(self.out)]
        except BlockingIOError:
            pass
        except OSError as error:
            say(1, f"a client left: {error}")
            return 0
        reading = select.POLLIN if len(self.out) < 8 << 20 else 0
        return reading | (select.POLLOUT if self.out else 0)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        listener = listen(host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        say(2, f"cannot listen on {address}: {error}")
        return 1
    say(1, f"listening on {address}")
    poll, clients = select.poll(), {}
    poll.register(listener, select.POLLIN)
    while True:
        for fd, event in poll.poll():
            if fd == listener.fileno():
                try:
                    conn, _peer = listener.accept()
                except OSError as error:
                    say(2, f"accept: {error}")
                    time.sleep(0.05)
                    continue
                conn.setblocking(False)
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # what waits, waits in Client.out
                clients[conn.fileno()] = Client(conn)
                poll.register(conn, select.POLLIN)
            elif wanted := clients[fd].turn(event):
                poll.modify(fd, wanted)
            else:
                poll.unregister(fd)
                clients.pop(fd).conn.close()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
