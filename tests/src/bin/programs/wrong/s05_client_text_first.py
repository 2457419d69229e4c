# kills prints-messages@plain: print that first, then the bytes
# never: as they came: all of them
# never: read until all of it is there
# Mistake: it prints the bytes of a message, and only then its number.
# Breaks "`message K: TEXT`"; seen from outside: each text stands before its label.
import socket
import sys


def hear(address):
    host, port = address.rsplit(":", 1)
    number = 0
    with socket.create_connection((host, int(port))) as sock:
        while size := sock.recv(1024):
            if not size.isdigit() or len(size) > 8 or size != b"%d" % int(size) or int(size) > 64 << 20:
                raise OSError(f"{size!r} is no size")
            sock.sendall(b"receive ok")
            body = b""
            while len(body) < int(size):
                data = sock.recv(int(size) - len(body))
                if not data:
                    raise OSError("the server ended inside a message")
                body += data
            number += 1
            sys.stdout.buffer.write(body + b"message %d: \n" % number)
            sys.stdout.buffer.flush()


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except OSError as error:
    sys.exit(f"client: {error}")
