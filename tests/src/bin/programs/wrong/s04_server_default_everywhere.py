# kills listens-by-default@plain: opens the server to the whole network || without an argument, the address is 127.0.0.1:8888
# Mistake: without an argument it listens at every address of the machine.
import os
import socket
import sys
import time

address = sys.argv[1] if len(sys.argv) > 1 else "0.0.0.0:8888"
messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"first message", b"second message", b"third message"]
host, port = address.rsplit(":", 1)
try:
    listener = socket.create_server((host, int(port)))
except OSError as error:
    sys.exit(f"server: bind {address}: {error}")
while True:
    try:
        conn, peer = listener.accept()
    except OSError as error:
        print(f"server: accept: {error}", file=sys.stderr)
        time.sleep(0.05)
        continue
    try:
        for number, message in enumerate(messages):
            number and time.sleep(0.5)
            conn.sendall(message)
    except OSError:
        pass
    conn.close()
