# kills pair-messages@plain: numbered 1, 1, 1
# never: messages were printed: print every message
# Mistake: it never adds 1 to its number.
# Breaks "K from 1"; seen from outside: every message is number 1.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        while data := sock.recv(1024):
            sys.stdout.buffer.write(b"message 1: " + data + b"\n")
            sys.stdout.buffer.flush()


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
