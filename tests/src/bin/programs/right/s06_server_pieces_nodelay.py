# right: socketserver's threads: length, header and body in three writes of their own, with TCP_NODELAY.
import json
import os
import signal
import socket
import socketserver
import struct
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for body in self.server.messages:
                header = json.dumps({"data_size": len(body)}).encode()
                self.request.sendall(struct.pack("!I", len(header)))
                self.request.sendall(header)
                if body:
                    self.request.sendall(body)
            self.request.shutdown(socket.SHUT_WR)
            end = time.monotonic() + 1
            while (left := end - time.monotonic()) > 0:
                self.request.settimeout(left)
                if not self.request.recv(4096):
                    break
        except OSError as e:
            say(1, f"{self.client_address[0]}: {e}")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def get_request(self):
        try:
            return super().get_request()
        except OSError:
            time.sleep(0.05)
            raise

    def handle_error(self, request, client_address):
        say(2, f"{client_address[0]}: {sys.exc_info()[1]}")


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, _, port = addr.rpartition(":")
        if not host:
            raise ValueError("not HOST:PORT")
        host = host.strip("[]")
        Server.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server = Server((host, int(port)), Handler)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    server.messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"in three pieces", b"each", b"without delay"]
    say(1, f"listening on {addr}")
    server.serve_forever()
    return 0


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
