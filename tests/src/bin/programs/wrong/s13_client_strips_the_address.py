# kills sends-exact-lines@plain/ipv6: the client must connect to the address in its first argument
# Mistake: it strips the brackets from the whole address, before it splits: one is left.
import asyncio
import os
import signal
import sys


class Broken(Exception):
    pass


def show(data):
    while data:
        data = data[os.write(1, data):]


async def dial(addr):
    kind, colon, rest = addr.partition(":")
    if kind == "unix":
        if not rest:
            raise ValueError("the path is empty")
        return await asyncio.open_unix_connection(rest)
    host, colon, port = addr.strip("[]").rpartition(":")
    if not colon or not host:
        raise ValueError(f"{addr} is not HOST:PORT")
    return await asyncio.open_connection(host, int(port))


async def ask(reader, writer, line):
    writer.write(line)  # buffered by the transport, sent while the reply is read
    try:
        reply = await reader.readexactly(len(line))
        await writer.drain()
    except asyncio.IncompleteReadError as e:
        raise Broken(f"the server ended after {len(e.partial)} of {e.expected} bytes") from None
    if reply != line.upper():
        raise Broken("the server answered something else than the line in capitals")
    return reply


async def talk(addr):
    reader, writer = await dial(addr)
    loop = asyncio.get_running_loop()
    lines = open(0, "rb", closefd=False)
    while True:
        if os.isatty(0):
            show(b">> ")
        line = await loop.run_in_executor(None, lines.readline)
        text = line.removesuffix(b"\n")
        if text != line:
            text = text.removesuffix(b"\r")
        if not line or text == b"q":
            writer.close()
            return
        if text:
            show(await ask(reader, writer, text) + b"\n")


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        asyncio.run(talk(addr))
    except (OSError, ValueError, OverflowError, Broken) as e:
        try:
            os.write(2, f"client: {e}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        return 1
    return 0


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # the socket may not become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
