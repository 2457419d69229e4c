# right: listen(1), a thread a client, a thread that prints numbers every 50 ms
import socket, sys, threading, time
h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: s.bind((h, int(p)))
except OSError as e: sys.exit(str(e))
s.listen(1)
def ticks():
    while True: time.sleep(0.05); print("threads:", threading.active_count())
def serve(c):
    with c:
        try:
            while d := c.recv(100): c.sendall(d.upper())
        except OSError as e: print(e)
threading.Thread(target=ticks, daemon=True).start()
while True:
    try: c, _ = s.accept()
    except OSError as e: print("accept", e); time.sleep(0.2); continue
    try: threading.Thread(target=serve, args=(c,), daemon=True).start()
    except RuntimeError as e: print("no thread:", e); c.close()
