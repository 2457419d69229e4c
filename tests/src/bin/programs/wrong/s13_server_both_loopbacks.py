# kills leaves-ipv4-alone@plain/ipv6: the socket listens at every address
# kills shares-a-port@plain/ipv6: the socket listens at every address
# Mistake: for [::1] it binds both loopback addresses: it answers at 127.0.0.1 as well.
import asyncio
import os
import signal
import socket
import stat
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


def is_stale(path):
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return False
    except OSError:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False


async def start(addr):
    if addr.startswith("unix:"):
        path = addr[len("unix:"):]
        if path == "":
            raise ValueError("no path")
        if is_stale(path):
            os.unlink(path)
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(path)
        return await asyncio.start_unix_server(serve, sock=sock, backlog=512)
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError("not HOST:PORT")
    return await asyncio.start_server(serve, ["127.0.0.1", "::1"] if host == "[::1]" else host, int(port), backlog=512)


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
