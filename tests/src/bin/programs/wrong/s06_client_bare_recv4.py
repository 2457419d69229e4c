# kills pair-messages@dribble: what came was right || of the frame || wrong order || `read_exact` cannot
# kills prints-messages@dribble: the first byte of the length
# kills prints-messages@slice: the first byte of the length
# Mistake: it takes the length with a bare `recv(4)`.
# Breaks "a fixed-size length, a JSON header, exact reads: right on every wire"; seen from outside: a length that comes in two pieces ends it with status 1, though the server goes on.
import json
import socket
import struct
import sys

HEADER_LIMIT = 64 * 1024
BODY_LIMIT = 64 * 1024 * 1024


class Broken(Exception):
    pass


def read_exactly(sock, size):
    data = bytearray()
    while len(data) < size:
        piece = sock.recv(min(size - len(data), 65536))
        if not piece:
            raise Broken("the server ended inside a message")
        data += piece
    return bytes(data)


def read_length(sock):
    prefix = sock.recv(4)
    if not prefix:
        return None
    if len(prefix) < 4:
        raise Broken("the server ended inside a length")
    (length,) = struct.unpack("!I", prefix)
    if length > HEADER_LIMIT:
        raise Broken(f"a header of {length} bytes is too big")
    return length


def integer(digits):
    return None if digits.startswith("-") or len(digits) > 8 else int(digits)


def refuse(name):
    raise ValueError(f"{name} is no JSON")


def data_size(header):
    try:
        fields = json.loads(header.decode(), parse_int=integer, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Broken(f"bad header: {error}") from None
    size = fields.get("data_size") if isinstance(fields, dict) else None
    if type(size) is not int:
        raise Broken("no good data_size in the header")
    if size > BODY_LIMIT:
        raise Broken(f"a body of {size} bytes is too big")
    return size


def hear(host, port):
    count = 0
    with socket.create_connection((host, port)) as sock:
        while (length := read_length(sock)) is not None:
            header = read_exactly(sock, length)
            body = read_exactly(sock, data_size(header))
            count += 1
            sys.stdout.buffer.write(b"message %d: %b\n" % (count, body))
            sys.stdout.buffer.flush()


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        hear(host, int(port))
    except (OSError, Broken) as error:
        sys.exit(f"{address}: {error}")


main()
