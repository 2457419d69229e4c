# kills second-is-refused@plain/unix: the first server still listens
# kills leaves-a-link@plain/unix: `connect` and `stat` follow a symbolic link
# Mistake: it gives the path to start_unix_server, which removes any socket file there, live or not.
import asyncio
import os
import signal
import sys


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


async def serve(reader, writer):
    try:
        while data := await reader.read(3000):
            writer.write(data.upper())
            await writer.drain()
    except OSError as e:
        say(1, f"a client left: {e}")
    finally:
        writer.close()


async def start(addr):
    if addr.startswith("unix:"):
        path = addr[len("unix:"):]
        if path == "":
            raise ValueError("no path")
        return await asyncio.start_unix_server(serve, path, backlog=512)
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError("not HOST:PORT")
    return await asyncio.start_server(serve, host.strip("[]"), int(port), backlog=512)


async def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    asyncio.get_running_loop().set_exception_handler(lambda _l, c: say(2, f"{c.get('message')}: {c.get('exception')}"))
    try:
        server = await start(addr)
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
