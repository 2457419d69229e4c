# right: asyncio's raw socket calls (sock_accept, sock_sendall): a task a connection, drains before closing.
import asyncio
import os
import signal
import socket
import sys


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


async def drain(loop, conn):
    try:
        async with asyncio.timeout(1):
            while await loop.sock_recv(conn, 4096):
                pass
    except TimeoutError:
        pass


async def serve(loop, conn, messages):
    try:
        for message in messages:
            await loop.sock_sendall(conn, message)
        conn.shutdown(socket.SHUT_WR)
        await drain(loop, conn)
    except OSError as e:
        say(1, f"a client left: {e}")
    finally:
        conn.close()


async def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"asynchronous", b"messages are", b"still bytes"]
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, c: say(2, f"{c.get('message')}: {c.get('exception')}"))
    try:
        host, _, port = addr.rpartition(":")
        if not host:
            raise ValueError("not HOST:PORT")
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family, backlog=128)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    listener.setblocking(False)
    say(1, f"listening on {addr}")
    tasks = set()
    while True:
        try:
            conn, _peer = await loop.sock_accept(listener)
        except OSError as e:
            say(2, f"accept: {e}")
            await asyncio.sleep(0.05)
            continue
        task = loop.create_task(serve(loop, conn, messages))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(asyncio.run(main()))
