# right: a thread sends lines as they come, the main thread prints replies as they come
import os, queue, socket, sys, threading
h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
asked = queue.Queue()
status = 0
def send(s):
    try:
        for l in sys.stdin.buffer:
            l = l.removesuffix(b"\n").removesuffix(b"\r")
            if l == b"q": break
            if l: asked.put(l); s.sendall(l + b"\n")
            if l == b"exit": return
    except OSError as e:
        print("send:", e, file=sys.stderr)
    asked.put(None)
try:
    s = socket.create_connection((h, int(p))); f = s.makefile("rb")
    threading.Thread(target=send, args=(s,), daemon=True).start()
    while (l := asked.get()) is not None:
        a = f.readline(8193)
        if not a.endswith(b"\n"): raise OSError("no reply, or one that is too long")
        sys.stdout.buffer.write(a); sys.stdout.buffer.flush()
        if l == b"exit":
            while f.read1(4096): pass
            break
except OSError as e:
    print("error:", e, file=sys.stderr); status = 1
sys.stderr.flush()
os._exit(status)  # the thread may still hold standard input
