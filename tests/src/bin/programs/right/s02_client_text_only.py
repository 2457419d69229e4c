# right: it takes text only: a line that is no UTF-8 is reported, with status 1; its default host is `localhost`.
import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "localhost:8888"
try:
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        for line in open(0, "rb", closefd=False):
            line = line.rstrip(b"\n").removesuffix(b"\r")
            line.decode()
            if not line:
                continue
            if line == b"q":
                break
            sock.sendall(line)
            reply = sock.recv(1024)
            if not reply:
                raise OSError("the server has ended the connection")
            sys.stdout.buffer.write(reply + b"\n")
            sys.stdout.buffer.flush()
except (OSError, ValueError) as error:
    sys.exit(f"client: {address}: {error}")
