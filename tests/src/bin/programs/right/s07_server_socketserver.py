# right: the library's ThreadingTCPServer with allow_reuse_address; tiny reads of 7 bytes, each answered by itself.
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


class Upper(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while data := self.request.recv(7):
                self.request.sendall(data.upper())
        except OSError as e:
            say(1, f"{self.client_address}: {e}")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def get_request(self):
        try:
            return super().get_request()
        except OSError as e:
            say(2, f"accept: {e}")
            time.sleep(0.05)
            raise

    def handle_error(self, request, client_address):
        say(2, f"{client_address}: {sys.exc_info()[1]}")


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, colon, port = addr.rpartition(":")
        if not colon or not host:
            raise ValueError("not HOST:PORT")
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        Server.address_family = found[0]
        server = Server(found[4], Upper)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    say(1, f"listening on {addr}")
    server.serve_forever()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
