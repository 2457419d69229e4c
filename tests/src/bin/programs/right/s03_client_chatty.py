# right: a diary on standard output that holds the message and numbers before and after the judged lines
import socket, sys
h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
try:
    print("connecting to", h, p)
    s = socket.create_connection((h, int(p)))
    print("connected; will read up to 1024 bytes at a time")
    k = total = 0
    while True:
        d = s.recv(1024)
        print("recv returned", d)
        if not d: break
        k += 1; total += len(d)
        sys.stdout.flush()
        sys.stdout.buffer.write(f"read {k}: {len(d)} bytes: ".encode() + d + b"\n")
        sys.stdout.flush()
        print(f"so far {total}")
    print(f"total: {total} bytes in {k} reads")
    print("bye")
    sys.stdout.flush()
except OSError as e:
    print("error:", e, file=sys.stderr); sys.exit(1)
