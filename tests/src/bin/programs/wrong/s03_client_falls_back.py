# kills calls-nobody-else@plain: whoever listens at another address is another program
# Mistake: it tries the given address, and then the default one.
import socket
import sys


def call(addresses):
    for address in addresses:
        host, port = address.rsplit(":", 1)
        try:
            return socket.create_connection((host, int(port)))
        except OSError as error:
            why = f"client: {address}: {error}"
    sys.exit(why)


sock = call(sys.argv[1:2] + ["127.0.0.1:8888"])
reads = total = 0
try:
    while data := sock.recv(1024):
        reads += 1
        total += len(data)
        sys.stdout.buffer.write(b"read %d: %d bytes: " % (reads, len(data)) + data + b"\n")
        sys.stdout.buffer.flush()
except OSError as error:
    sys.exit(f"client: {error}")
print(f"total: {total} bytes in {reads} reads")
