# kills sends-exact-lines@plain: it ended before it connected: its own message states why
# Mistake: it needs a setting that nobody promised, and ends before it connects.
import os
import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
if "ECHO_NAME" not in os.environ:
    sys.exit("client: set ECHO_NAME first")
with socket.create_connection((host, int(port))) as conn:
    for line in sys.stdin.buffer:
        line = line.rstrip(b"\r\n")
        if line == b"q":
            break
        if line:
            conn.sendall(line)
            print(conn.recv(1024))
