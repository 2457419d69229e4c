# kills only-ascii-letters@plain: an error of its own: UnicodeDecodeError
# never: closed the connection without a reply
# Mistake: it takes the bytes for text, and an exception ends it: `with` closes the connection first, then it prints the
# error, and ends last.
import socket
import sys
import time

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
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
    with conn:
        try:
            while data := conn.recv(1024):
                conn.sendall(data.decode().upper().encode())
        except OSError:
            pass
