# kills pair-reads@dribble: the client only listens
# kills reports-reads@glue: the client only listens
# never: mend the server
# never: the server did not push just its messages
# Mistake: it greets the server, which never reads.
# Breaks "the client only listens"; seen from outside: `hello` goes to the server, whose close is then a reset.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    reads = total = 0
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(b"hello\n")
        while data := sock.recv(1024):
            reads += 1
            total += len(data)
            sys.stdout.buffer.write(b"read %d: %d bytes: " % (reads, len(data)) + data + b"\n")
    sys.stdout.buffer.write(b"total: %d bytes in %d reads\n" % (total, reads))


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
