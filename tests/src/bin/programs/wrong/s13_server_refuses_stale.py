# kills replaces-a-stale-socket@plain/unix: `bind` makes the file of a Unix socket
# kills restarts-at-once@plain/unix: a killed server cannot remove its socket file
# Mistake: a stale socket file is an address in use for it, for ever.
import os
import signal
import socket
import socketserver
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            while data := self.connection.recv(1500):
                self.wfile.write(data.upper())
        except OSError as e:
            say(1, f"a client left: {e}")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def get_request(self):
        try:
            return super().get_request()
        except OSError as e:
            say(2, f"accept: {e}")
            time.sleep(0.05)
            raise

    def handle_error(self, request, client_address):
        say(2, f"{sys.exc_info()[1]}")


class Server6(Server):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # says nothing at ::1
        super().server_bind()


class UnixServer(Server):
    address_family = socket.AF_UNIX
    allow_reuse_address = False

    def server_bind(self):
        path = self.server_address
        if not path:
            raise ValueError("an empty path names no file")
        if len(os.fsencode(path)) > 100:
            raise ValueError("the path has more than 100 bytes")
        super().server_bind()


def server(addr):
    if addr[:5] == "unix:":
        return UnixServer(addr[5:], Upper)
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError("not HOST:PORT")
    if host[0] == "[" and host[-1] == "]":
        return Server6((host[1:-1], int(port)), Upper)
    return Server((host, int(port)), Upper)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        one = server(addr)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 3
    say(1, f"listening on {addr}")
    one.serve_forever()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
