# kills longest-header@plain: each message is printed as `message K: TEXT`
# kills many-messages@glue: each message is printed as `message K: TEXT`
# kills other-keys@plain: each message is printed as `message K: TEXT`
# never: a header of exactly
# never: parse it as JSON
# never: messages were printed as one
# Mistake: it prints no colon behind the number.
# Breaks "`message K: TEXT`"; seen from outside: `message 1 hello`.
import json
import socket
import sys


def exactly(sock, size, may_end=False):
    data = b""
    while len(data) < size:
        part = sock.recv(min(size - len(data), 65536))
        if not part:
            if may_end and not data:
                return None
            raise ValueError("the server ended inside a frame")
        data += part
    return data


def size_of(header):
    value = json.loads(header)
    size = value.get("data_size") if isinstance(value, dict) else None
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= 64 << 20:
        raise ValueError("bad data_size")
    return size


def hear(address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        number = 0
        while length := exactly(sock, 4, may_end=True):
            length = int.from_bytes(length, "big")
            if length > 65536:
                raise ValueError(f"a header of {length} bytes")
            body = exactly(sock, size_of(exactly(sock, length)))
            number += 1
            sys.stdout.buffer.write(b"message %d " % number + body + b"\n")
            sys.stdout.buffer.flush()


try:
    hear(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888")
except (OSError, ValueError) as error:
    sys.exit(f"client: {error}")
