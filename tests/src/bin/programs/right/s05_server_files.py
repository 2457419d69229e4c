# right: socketserver with threads, rfile and wfile, TCP_NODELAY
import socket, socketserver, sys, time
MSGS = [m.encode(errors="surrogateescape") for m in sys.argv[2:]] or [b"first of all", b"second in line", b"third and last"]
class H(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    def handle(self):
        print("client", self.client_address)
        try:
            for m in MSGS:
                self.wfile.write(b"%d" % len(m))
                if self.rfile.read(10) != b"receive ok":
                    print("no receive ok")
                    self.request.shutdown(socket.SHUT_WR)
                    self.request.settimeout(1.0)
                    end = time.monotonic() + 1
                    while time.monotonic() < end and self.request.recv(4096):
                        pass
                    return
                self.wfile.write(m)
        except OSError as e:
            print("client:", e)
class S(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    def get_request(self):
        try: return super().get_request()
        except OSError: time.sleep(0.2); raise
h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
try:
    srv = S((h, int(p)), H)
except OSError as e:
    sys.exit(f"cannot listen: {e}")
srv.serve_forever()
