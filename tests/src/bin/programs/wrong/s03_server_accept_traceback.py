# kills accept-fails@plain: an error of its own: OSError: [Errno 24]
# Mistake: it does not catch what `accept` raises.
import os
import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"first message", b"second message", b"third message"]
host, port = address.rsplit(":", 1)
try:
    listener = socket.create_server((host, int(port)))
except OSError as error:
    sys.exit(f"server: bind {address}: {error}")
while True:
    conn, peer = listener.accept()
    try:
        for number, message in enumerate(messages):
            conn.sendall(message)
    except OSError:
        pass
    conn.close()
