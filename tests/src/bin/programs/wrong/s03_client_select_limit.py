# kills waits-for-server@plain: it gave up by a time limit of its own
# Mistake: `select` waits for two seconds at most, and the client then takes the stream for over.
# What the server says later is not printed.
import select
import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
host, port = address.rsplit(":", 1)
reads = total = 0
try:
    with socket.create_connection((host, int(port))) as sock:
        while True:
            ready, _, _ = select.select([sock], [], [], 2)
            if not ready:
                break
            data = sock.recv(1024)
            if not data:
                break
            reads += 1
            total += len(data)
            sys.stdout.buffer.write(b"read %d: %d bytes: %b\n" % (reads, len(data), data))
            sys.stdout.buffer.flush()
except OSError as error:
    sys.exit(f"client: {address}: {error}")
print(f"total: {total} bytes in {reads} reads")
