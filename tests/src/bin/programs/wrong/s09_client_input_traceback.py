# kills line-no-text@plain: a backtrace || a person needs one clear line
# Mistake: it reads its input as text, and does not catch the error of a line that is none.
import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
host, port = address.rsplit(":", 1)
try:
    sock = socket.create_connection((host, int(port)))
except OSError as error:
    sys.exit(f"client: {address}: {error}")
replies = sock.makefile("rb")
for line in open(0, encoding="utf-8", errors="strict", newline="\n", closefd=False):
    line = line.removesuffix("\n").removesuffix("\r")
    if not line:
        continue
    if line == "q":
        break
    try:
        sock.sendall(line.encode() + b"\n")
        reply = replies.readline(8193)
    except OSError as error:
        sys.exit(f"client: {address}: {error}")
    if not reply.endswith(b"\n"):
        sys.exit(f"client: {address}: no whole reply")
    sys.stdout.buffer.write(reply)
    sys.stdout.buffer.flush()
    if line == "exit":
        if replies.read(1):
            sys.exit("client: more after the farewell")
        break
