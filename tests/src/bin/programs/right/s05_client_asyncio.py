# right: asyncio's raw socket calls: sock_recv for the size, sock_recv_into for the body, a chatty diary.
import asyncio
import os
import re
import socket
import sys

SIZE = re.compile(rb"0|[1-9][0-9]{0,7}")
LIMIT = 64 * 1024 * 1024


def put(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


async def hear(sock):
    loop = asyncio.get_running_loop()
    number = 0
    while True:
        text = await loop.sock_recv(sock, 1024)
        if not text:
            return
        number += 1
        if not SIZE.fullmatch(text) or int(text) > LIMIT:
            raise ValueError(f"message {number}: {text!r} is no size")
        size = int(text)
        put(2, b"(%d bytes are coming)\n" % size)
        await loop.sock_sendall(sock, b"receive ok")
        body = memoryview(bytearray(size))
        got = 0
        while got < size:
            n = await loop.sock_recv_into(sock, body[got:])
            if n == 0:
                raise EOFError(f"message {number} ends after {got} of {size} bytes")
            got += n
        put(1, b"message %d: %b\n" % (number, body))


async def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, _, port = addr.rpartition(":")
        if not host:
            raise ValueError("not HOST:PORT")
        with socket.create_connection((host.strip("[]"), int(port))) as sock:
            sock.setblocking(False)
            await hear(sock)
    except (OSError, ValueError, OverflowError, EOFError, MemoryError) as e:
        put(2, f"client: {addr}: {e}\n".encode("utf-8", "backslashreplace"))
        return 1
    return 0


while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(spare)
sys.exit(asyncio.run(main()))
