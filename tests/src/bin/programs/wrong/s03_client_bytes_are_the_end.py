# kills reports-reads@glue: only a `read` of 0 bytes is the end || the client stopped before it had counted a byte
# Mistake: it takes a read that returned bytes for the end, because its test is the wrong way round.
# Breaks "reads into 1024 bytes until EOF"; seen from outside: it reads once and reports a total of 0 bytes.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    reads = total = 0
    with socket.create_connection((host, int(port))) as sock:
        while not (data := sock.recv(1024)):
            reads += 1
            total += len(data)
            sys.stdout.buffer.write(b"read %d: %d bytes: " % (reads, len(data)) + data + b"\n")
    print(f"total: {total} bytes in {reads} reads", flush=True)


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
