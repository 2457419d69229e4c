# kills large-write@glue: no read was longer than 1023
# never: print the bytes of each read as they came
# Mistake: it asks for 1023 bytes at most.
# Breaks "reads into 1024 bytes"; seen from outside: `read 1: 1023 bytes` of a large write.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    reads = total = 0
    with socket.create_connection((host, int(port))) as sock:
        while data := sock.recv(1023):
            reads += 1
            total += len(data)
            sys.stdout.buffer.write(b"read %d: %d bytes: " % (reads, len(data)) + data + b"\n")
    sys.stdout.buffer.write(b"total: %d bytes in %d reads\n" % (total, reads))


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
