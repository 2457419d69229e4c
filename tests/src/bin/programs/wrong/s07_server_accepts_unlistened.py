# kills only-ascii-letters@plain: perhaps it did not call `listen` before `accept`
# Mistake: it calls `accept` without `listen`, and the exception ends it.
import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((host, int(port)))
while True:
    conn, peer = listener.accept()
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data.upper())
