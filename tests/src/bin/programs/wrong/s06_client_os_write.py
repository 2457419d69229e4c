# kills stopped-while-printing@plain: `write` took only a part
# Mistake: it prints a message with one `os.write` and never looks how much went.
# A client that is stopped while its standard output is full, and goes on, loses the rest of the message.
import asyncio
import json
import os
import re
import sys


class Broken(Exception):
    pass


class Literal(str):
    """A number as it was written: `-0`, `1e3` and 5000 digits stay what they are."""


def diary(text):
    try:
        os.write(2, f"[client] {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def not_json(name):
    raise ValueError(f"{name} is not JSON")


def data_size(header):
    try:
        fields = json.loads(header.decode("utf-8"), parse_int=Literal, parse_float=Literal, parse_constant=not_json)
    except (ValueError, RecursionError) as e:
        raise Broken(f"bad header: {e}") from None
    size = fields.get("data_size") if isinstance(fields, dict) else None
    if not isinstance(size, Literal) or not re.fullmatch("[0-9]+", size):
        raise Broken("the header has no good data_size")
    if len(size) > 8 or int(size) > 64 << 20:
        raise Broken(f"the body is too big: {size[:30]}")
    return int(size)


async def frames(reader):
    while True:
        try:
            length = int.from_bytes(await reader.readexactly(4), "big")
        except asyncio.IncompleteReadError as e:
            if e.partial:
                raise
            return
        diary(f"a header of {length} bytes")
        if length > 64 << 10:
            raise Broken(f"a header of {length} bytes is too long")
        size = data_size(await reader.readexactly(length))
        diary(f"a body of {size} bytes")
        yield await reader.readexactly(size)


async def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, _, port = addr.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        diary(f"connected to {addr}")
        count = 0
        async for body in frames(reader):
            count += 1
            os.write(1, b"message %d: %b\n" % (count, body))
        writer.close()
    except asyncio.IncompleteReadError as e:
        diary(f"the server ended inside a message, {len(e.partial)} of {e.expected} bytes")
        return 1
    except (OSError, ValueError, OverflowError, Broken) as e:
        diary(f"{addr}: {e}")
        return 1
    diary(f"the end, after {count} messages")
    return 0


while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
status = asyncio.run(main())
try:
    sys.stdout.flush()
except OSError:
    status = 1
os._exit(status)
