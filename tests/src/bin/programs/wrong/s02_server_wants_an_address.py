# kills listens-by-default@plain: an error of its own: IndexError
# Mistake: it takes its first argument without a look whether there is one.
import socket
import sys
import time

host, port = sys.argv[1].rsplit(":", 1)
try:
    listener = socket.create_server((host, int(port)))
except OSError as error:
    sys.exit(f"server: bind {sys.argv[1]}: {error}")
while True:
    try:
        conn, peer = listener.accept()
    except OSError as error:
        print(f"server: accept: {error}", file=sys.stderr)
        time.sleep(0.05)
        continue
    try:
        while data := conn.recv(1024):
            conn.sendall(data.upper())
    except OSError:
        pass
    conn.close()
