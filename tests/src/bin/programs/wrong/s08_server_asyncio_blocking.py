# kills beside-a-leaver@plain: the server took the bytes || the connection was never accepted || nobody serves
# kills beside-a-silent-client@plain: nobody serves this client beside a silent client
# Mistake: its coroutines call the blocking recv and sendall of the socket, which stop the whole loop.
# Breaks "a silent client blocks nobody"; seen from outside: a second client is answered only when the first one has gone.
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


async def serve(conn):
    try:
        with conn:
            while data := conn.recv(4096):
                conn.sendall(data.upper())
                await asyncio.sleep(0)
    except OSError as error:
        say(1, f"a client left: {error}")


def listen(host, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener


async def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        listener = listen(host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        say(2, f"cannot listen on {address}: {error}")
        return 1
    listener.setblocking(False)
    loop, tasks = asyncio.get_running_loop(), set()
    say(1, f"listening on {address}")
    while True:
        try:
            conn, _peer = await loop.sock_accept(listener)
        except OSError as error:
            say(2, f"accept: {error}")
            await asyncio.sleep(0.05)
            continue
        conn.setblocking(True)  # without this recv raises BlockingIOError
        task = loop.create_task(serve(conn))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(asyncio.run(main()))
