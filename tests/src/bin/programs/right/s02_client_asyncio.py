# right: asyncio streams; standard input is read in a worker thread.
import asyncio
import logging
import os
import signal
import sys


def put(fd, data):
    while data:
        data = data[os.write(fd, data):]


async def talk(addr):
    host, sep, port = addr.rpartition(":")
    if not host:
        raise ValueError("not HOST:PORT")
    stdin = open(0, "rb", closefd=False)
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        while line := await asyncio.to_thread(stdin.readline):
            if line.endswith(b"\n"):
                line = line[:-1].removesuffix(b"\r")
            if not line:
                continue
            if line == b"q":
                break
            writer.write(line)
            await writer.drain()
            reply = await reader.read(1024)
            if not reply:
                raise ConnectionError("the server closed the connection")
            put(1, reply + b"\n")
    finally:
        writer.close()


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        asyncio.run(talk(addr))
        return 0
    except (OSError, ValueError, OverflowError) as e:
        try:
            put(2, f"client: {addr}: {e}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        return 1


sys.exit(main())
