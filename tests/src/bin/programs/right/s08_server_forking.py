# right: socketserver.ForkingTCPServer
import socketserver, sys, time
class H(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while d := self.request.recv(2048): self.request.sendall(d.upper())
        except OSError as e: print("client:", e, file=sys.stderr)
class S(socketserver.ForkingTCPServer):
    allow_reuse_address = True; request_queue_size = 100; max_children = 1 << 20; block_on_close = False
    def get_request(self):
        try: return super().get_request()
        except OSError: time.sleep(0.1); raise
h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
try: s = S((h, int(p)), H)
except OSError as e: sys.exit(f"cannot listen: {e}")
s.serve_forever(poll_interval=0.1)
