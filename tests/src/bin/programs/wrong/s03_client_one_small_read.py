# kills pair-reads@plain: the client stopped before the end
# never: did not push just its messages
# Mistake: it makes one read of four bytes, and takes that for all.
# Breaks "the client reads into 1024 bytes until EOF"; seen from outside: `total: 4 bytes in 1 reads`, the rest is unread.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        data = sock.recv(4)
        sys.stdout.buffer.write(b"read 1: %d bytes: " % len(data) + data + b"\n")
    sys.stdout.buffer.write(b"total: %d bytes in 1 reads\n" % len(data))


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
