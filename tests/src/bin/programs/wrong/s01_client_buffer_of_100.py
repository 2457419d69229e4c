# kills sends-exact-lines@plain: was printed in parts, the first of 100
# never: print every reply as it came
# Mistake: it asks for 100 bytes at most.
# Breaks "reads at most 1024 bytes for a reply"; seen from outside: a reply of 500 bytes is printed on two lines.
import socket
import sys


def talk(address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        for line in sys.stdin.buffer:
            line = line.rstrip(b"\n").removesuffix(b"\r")
            if line == b"q":
                return
            if not line:
                continue
            sock.sendall(line)
            reply = sock.recv(100)
            if not reply:
                raise OSError("the server ended the connection")
            sys.stdout.buffer.write(reply + b"\n")
            sys.stdout.buffer.flush()


try:
    talk(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
