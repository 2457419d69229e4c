# right: a thread sends lines as they come, the main thread prints replies by their lengths
import os, queue, socket, sys, threading
h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
asked = queue.Queue()
status = 0
def send(s):
    try:
        for l in sys.stdin.buffer:
            l = l.removesuffix(b"\n").removesuffix(b"\r")
            if l == b"q": break
            if l:
                asked.put(len(l)); s.sendall(l)
    except OSError as e:
        print("send:", e, file=sys.stderr)
    asked.put(0)
try:
    s = socket.create_connection((h, int(p)))
    threading.Thread(target=send, args=(s,), daemon=True).start()
    while n := asked.get():
        r = b""
        while len(r) < n:
            d = s.recv(n - len(r))
            if not d: raise OSError("the server ended")
            r += d
        sys.stdout.buffer.write(b"reply: " + r + b"\n"); sys.stdout.buffer.flush()
except OSError as e:
    print("error:", e, file=sys.stderr); status = 1
sys.stderr.flush()
os._exit(status)  # the thread may still hold standard input
