# right: it keeps a descriptor in reserve: when none is free, it accepts the next client with it, and closes that one.
import os
import socket
import sys
import threading
import time


def serve(conn):
    with conn:
        try:
            while data := conn.recv(4096):
                conn.sendall(data.upper())
        except OSError:
            pass


address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
try:
    host, port = address.rsplit(":", 1)
    listener = socket.create_server((host, int(port)), backlog=512)
except (OSError, ValueError) as error:
    sys.exit(f"server: bind {address}: {error}")
reserve = os.open(os.devnull, os.O_RDONLY)
while True:
    try:
        conn, peer = listener.accept()
    except OSError:
        os.close(reserve)
        try:
            listener.accept()[0].close()
        except OSError:
            time.sleep(0.05)
        try:
            reserve = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            time.sleep(0.05)
        continue
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
