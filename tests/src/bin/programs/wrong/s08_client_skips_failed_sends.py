# kills reset-between-lines@plain: the client waits for its next line: an error of `read` or `write` ends it
# Mistake: a line that it cannot send is skipped, as if the next one could be sent.
import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
try:
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        for line in open(0, "rb", closefd=False):
            line = line.rstrip(b"\n").removesuffix(b"\r")
            if not line:
                continue
            if line == b"q":
                break
            reply = b""
            for at in range(0, len(line), 1024):
                try:
                    sock.sendall(line[at:at + 1024])
                except ConnectionError as error:
                    print(f"client: not sent: {error}", file=sys.stderr)
                    break
                end = min(at + 1024, len(line))
                while len(reply) < end:
                    data = sock.recv(end - len(reply))
                    if not data:
                        raise OSError("the server has ended the connection inside a reply")
                    reply += data
            if len(reply) == len(line):
                sys.stdout.buffer.write(reply + b"\n")
                sys.stdout.buffer.flush()
except (OSError, ValueError) as error:
    sys.exit(f"client: {address}: {error}")
