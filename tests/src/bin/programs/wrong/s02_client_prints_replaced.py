# kills half-characters@dribble: EF BF BD is what a lossy conversion to text puts
# kills reply-is-bytes@plain: EF BF BD is what a lossy conversion to text puts
# Mistake: it prints text, and puts a question mark for each byte that is none.
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
            sock.sendall(line)
            reply = sock.recv(1024)
            if not reply:
                raise OSError("the server has ended the connection")
            sys.stdout.reconfigure(encoding="utf-8")
            print(reply.decode(errors="replace"), flush=True)
except (OSError, ValueError) as error:
    sys.exit(f"client: {address}: {error}")
