# right: `print` and a buffer that is written at the end: when standard output takes nothing Python exits with 120.
import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
reads = total = 0
try:
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        while data := sock.recv(1024):
            reads += 1
            total += len(data)
            print(f"read {reads}: {len(data)} bytes: {data.decode(errors='surrogateescape')}")
except (OSError, ValueError) as error:
    sys.exit(f"client: {address}: {error}")
print(f"total: {total} bytes in {reads} reads")
