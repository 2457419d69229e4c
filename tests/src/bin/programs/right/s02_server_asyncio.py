# right: asyncio streams.
import asyncio
import os
import signal
import sys

LOWER = bytes(range(ord("a"), ord("z") + 1))
UPPER = bytes(range(ord("A"), ord("Z") + 1))
TABLE = bytes.maketrans(LOWER, UPPER)


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


async def serve(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data.translate(TABLE))
            await writer.drain()
        writer.close()
        await writer.wait_closed()
    except OSError as e:
        say(1, f"connection ended: {e}")
        writer.transport.abort()


async def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, c: say(2, f"{c.get('message')}: {c.get('exception')}"))
    try:
        host, sep, port = addr.rpartition(":")
        if not host:
            raise ValueError("not HOST:PORT")
        server = await asyncio.start_server(serve, host.strip("[]"), int(port), backlog=128)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    say(1, f"listening on {addr}")
    await server.serve_forever()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(asyncio.run(main()))
