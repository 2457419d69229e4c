# right: socketserver (iterative, StreamRequestHandler) that logs every step on stdout and stderr; plain close.
import os, signal, socketserver, sys, time


def say(fd, data):
    try:
        while data:
            data = data[os.write(fd, data):]
    except OSError:
        pass


def log(text):
    line = (text + "\n").encode("utf-8", "backslashreplace")
    say(1, b"[server] " + line)
    say(2, b"[trace %.3f] " % time.monotonic() + line)


class Push(socketserver.StreamRequestHandler):
    def handle(self):
        log(f"{self.client_address} is here")
        try:
            for number, message in enumerate(self.server.messages, 1):
                log(f"message {number}: {len(message)} bytes: {message[:200]!r}")
                self.wfile.write(message)
                log(f"message {number}: handed to the kernel")
        except OSError as e:
            log(f"{self.client_address} went away: {e}")
        log(f"{self.client_address} is served " + "=" * 200)


class Server(socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 128

    def get_request(self):
        try:
            return super().get_request()
        except OSError as e:
            log(f"accept: {e}")
            time.sleep(0.05)
            raise

    def handle_error(self, request, client_address):
        log(f"{client_address}: {sys.exc_info()[1]}")


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
try:
    host, port = address.rsplit(":", 1)
    if not host:
        raise ValueError("not HOST:PORT")
    server = Server((host, int(port)), Push)
except (OSError, ValueError, OverflowError) as e:
    log(f"cannot bind {address}: {e}")
    sys.exit(1)
server.messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"chatty first", b"chatty second", b"chatty third"]
log(f"listening on {address}")
server.serve_forever()
