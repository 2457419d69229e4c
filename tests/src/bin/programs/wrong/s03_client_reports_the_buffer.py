# kills reports-reads@glue: is right, but the line of read 1 states 1024 bytes
# never: the total is the sum of all reads
# Mistake: it reports the whole buffer, not the bytes that came.
# Breaks "read K: N bytes: TEXT"; seen from outside: `read 1: 1024 bytes` where 15 came; the total is right.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    buffer = bytearray(b"." * 1024)
    reads = total = 0
    with socket.create_connection((host, int(port))) as sock:
        while n := sock.recv_into(buffer):
            reads += 1
            total += n
            sys.stdout.buffer.write(b"read %d: %d bytes: " % (reads, len(buffer)) + buffer + b"\n")
    sys.stdout.buffer.write(b"total: %d bytes in %d reads\n" % (total, reads))


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
