# kills large-message@plain: as soon as it had received the body || what came was right
# kills many-messages@glue: as soon as it had received the body || what came was right
# Mistake: it adds the size of all that it has to the count, not of what just came.
# Breaks "then that many bytes"; seen from outside: of a body of 3000 bytes it prints 2048, and the rest is taken for the next length.
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
    first = sock.recv(1)
    if not first:
        return None
    (length,) = struct.unpack("!I", first + read_exactly(sock, 3))
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


def read_body(sock, total):
    received = 0
    data = b""
    while received < total:
        piece = sock.recv(min(total - received, 1024))
        if not piece:
            raise Broken("the server ended inside a body")
        data += piece
        received += len(data)
    return data


def hear(host, port):
    count = 0
    with socket.create_connection((host, port)) as sock:
        while (length := read_length(sock)) is not None:
            header = read_exactly(sock, length)
            body = read_body(sock, data_size(header))
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
