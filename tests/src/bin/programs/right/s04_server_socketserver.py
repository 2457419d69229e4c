# right: socketserver: a thread a connection, sendall a message, an Event nobody sets as the clock.
import os
import signal
import socket
import socketserver
import sys
import threading
import time

NEVER = threading.Event()


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


class Push(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            for i, message in enumerate(self.server.messages):
                if i:
                    self.pause()
                self.request.sendall(message)
            self.request.shutdown(socket.SHUT_WR)
            end = time.monotonic() + 1
            while (left := end - time.monotonic()) > 0:
                self.request.settimeout(left)
                if not self.request.recv(4096):
                    break
        except OSError as e:
            say(1, f"{self.client_address}: {e}")

    @staticmethod
    def pause():
        end = time.monotonic() + 0.5
        while (left := end - time.monotonic()) > 0:
            NEVER.wait(left)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request, client_address):
        say(2, f"{client_address}: {sys.exc_info()[1]!r}")

    def shutdown_request(self, request):  # the handler has half-closed already
        self.close_request(request)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, _, port = addr.rpartition(":")
        if not host:
            raise ValueError("not HOST:PORT")
        host = host.strip("[]")
        Server.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server = Server((host, int(port)), Push)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    server.messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"server", b"of the", b"socketserver kind"]
    say(1, f"listening on {addr}")
    while True:
        try:
            server.serve_forever()
        except Exception as e:  # accept may fail for lack of descriptors
            say(2, f"serve_forever: {e}")
            time.sleep(0.05)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
