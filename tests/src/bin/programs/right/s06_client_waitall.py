# right: recv_into and MSG_WAITALL; what it prints is kept and written when it ends, well or not.
import json
import os
import socket
import struct
import sys

HEADER_LIMIT = 65536
BODY_LIMIT = 67108864


class Broken(Exception):
    pass


def fill(sock, size, place):
    """Exactly `size` bytes; nothing at all only where `place` is None."""
    data = bytearray(size)
    view = memoryview(data)
    have = 0
    while have < size:
        n = sock.recv_into(view[have:], min(size - have, 1 << 20), socket.MSG_WAITALL)
        if n == 0:
            if have == 0 and place is None:
                return None
            raise Broken(f"the server ended inside {place or 'a length'}: {have} of {size} bytes")
        have += n
    return data


def whole(digits):
    return None if digits.startswith("-") or len(digits) > 8 else int(digits)


def refuse(name):
    raise ValueError(f"{name} is not JSON")


def data_size(header):
    try:
        fields = json.loads(header.decode(), parse_int=whole, parse_float=lambda _: None, parse_constant=refuse)
    except (ValueError, RecursionError) as e:
        raise Broken(f"bad header: {e}") from None
    if not isinstance(fields, dict) or type(fields.get("data_size")) is not int:
        raise Broken("the header holds no data_size that could be one")
    if fields["data_size"] > BODY_LIMIT:
        raise Broken(f"a body of {fields['data_size']} bytes is too big")
    return fields["data_size"]


def listen(addr, out):
    host, _, port = addr.rpartition(":")
    count = 0
    with socket.create_connection((host.strip("[]"), int(port))) as sock:
        while (length := fill(sock, 4, None)) is not None:
            (length,) = struct.unpack("!I", length)
            if length > HEADER_LIMIT:
                raise Broken(f"a header of {length} bytes is too big")
            body = fill(sock, data_size(fill(sock, length, "a header")), "a body")
            count += 1
            out.append(b"message %d: " % count)
            out.append(body)
            out.append(b"\n")


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    out, complaint = [], None
    try:
        listen(addr, out)
    except (OSError, ValueError, OverflowError, Broken) as e:
        complaint = f"{addr}: {e}"
    try:
        for piece in out:
            left = memoryview(piece)
            while left:
                left = left[os.write(1, left):]
    except OSError as e:
        complaint = complaint or f"standard output: {e}"
    if complaint:
        try:
            os.write(2, f"client: {complaint}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
    return 1 if complaint else 0


while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
os._exit(main())
