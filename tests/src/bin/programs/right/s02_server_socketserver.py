# right: Python's socketserver, one daemon thread a connection.
import os, signal, socketserver, string, sys, time

UPPER = bytes.maketrans(string.ascii_lowercase.encode(), string.ascii_uppercase.encode())


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


class Shout(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while data := self.request.recv(8192):
                self.request.sendall(data.translate(UPPER))
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


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
try:
    host, port = address.rsplit(":", 1)
    if not host:
        raise ValueError("not HOST:PORT")
    server = Server((host, int(port)), Shout)
except (OSError, ValueError, OverflowError) as e:
    say(2, f"cannot serve on {address}: {e}")
    sys.exit(1)
say(1, f"listening on {address}")
server.serve_forever()
