# right: asyncio streams, whose readline() has the limit that the protocol wants.
import asyncio
import os
import signal
import socket
import sys

LONGEST = 8192


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


async def part(reader, writer, last):
    """The last words and FIN; then a second in which what still comes is dropped."""
    writer.write(last)
    await writer.drain()
    writer.write_eof()

    async def drop():
        while await reader.read(4096):
            pass

    try:
        await asyncio.wait_for(drop(), 1)
    except asyncio.TimeoutError:
        pass


async def answer(reader, writer):
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # more than LONGEST bytes and no \n among them
            return await part(reader, writer, b"line too long\n")
        if not line:
            return
        if line.endswith(b"\n"):
            line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
        if line == b"exit":
            return await part(reader, writer, b"Byebye!\n")
        writer.write(line.upper() + b"\n")
        await writer.drain()


async def serve(conn):
    with conn:
        try:
            reader, writer = await asyncio.open_connection(sock=conn, limit=LONGEST)
            try:
                await answer(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()
            say(1, "a client left")
        except OSError as e:
            say(1, f"a client is gone: {e}")


async def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, colon, port = addr.rpartition(":")
        if not colon or not host:
            raise ValueError("not HOST:PORT")
        family, _, _, _, where = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(where[:2], family=family, backlog=512)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    say(1, f"listening on {addr}")
    listener.setblocking(False)
    loop, tasks = asyncio.get_running_loop(), set()
    while True:
        try:
            conn, _peer = await loop.sock_accept(listener)
        except OSError as e:
            say(2, f"no client now: {e}")
            await asyncio.sleep(0.05)
            continue
        task = loop.create_task(serve(conn))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(asyncio.run(main()))
