# right: asyncio over pipes and a pidfd; other keys, another order, many writes; only UTF-8 is run.
import asyncio
import ipaddress
import json
import os
import signal
import socket
import struct
import subprocess
import sys

LONGEST = 8192
SECONDS = 10
MOST = 64 << 20


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


async def part(reader, writer):
    writer.write_eof()

    async def drop():
        while await reader.read(4096):
            pass

    try:
        await asyncio.wait_for(drop(), 1)
    except asyncio.TimeoutError:
        pass


async def reply(writer, status, error, out, err):
    header = {"stderr_size": len(err), "error": error, "server": {"name": "asyncio"}, "stdout_size": len(out)}
    header = json.dumps({**header, "status": status}, indent=2).encode()
    for piece in struct.pack(">I", len(header)), header, out, err:
        writer.write(piece)
        await writer.drain()


async def run(line, folder):
    """Returns the status, what went wrong ("nothing" beside a status), and both outputs."""
    try:
        child = subprocess.Popen(
            ["sh", "-c", line],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            preexec_fn=os.setpgrp,
            cwd=f"/proc/self/fd/{folder}",
        )
    except (OSError, subprocess.SubprocessError) as e:
        return None, f"not started: {e}"[:200], b"", b""
    loop, over = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
    said = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    try:
        pidfd = os.pidfd_open(child.pid)
    except OSError as e:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return None, f"not started: {e}"[:200], b"", b""
    watched = {*said, pidfd}

    def ready(fd):
        data = b"" if fd == pidfd else os.read(fd, 65536)
        if data:
            room = MOST - sum(map(len, said.values()))
            said[fd] += data[:room]
            if len(data) <= room:
                return
            watched.clear()
            loop.remove_reader(fd)
            if not over.done():
                over.set_result("more than 64 MiB of output")
        else:
            loop.remove_reader(fd)
            watched.discard(fd)
            if not watched and not over.done():
                over.set_result(None)

    for fd in [*said, pidfd]:
        loop.add_reader(fd, ready, fd)
    try:
        error = await asyncio.wait_for(over, SECONDS)
    except asyncio.TimeoutError:
        error = "more than 10 seconds"
    finally:
        for fd in [*said, pidfd]:
            loop.remove_reader(fd)
        if not over.done() or over.cancelled() or over.result():
            os.killpg(child.pid, signal.SIGKILL)
        status = child.wait()
        os.close(pidfd)
        out, err = said.values()
        child.stdout.close()
        child.stderr.close()
    if not error and status < 0:
        error = f"ended by {signal.Signals(-status).name}"
    return None if error else status, error or "nothing", out, err


def enter(folder, name):
    """Returns a descriptor of the folder where chdir(2) would lead, in place of `folder`."""
    there = os.open(name, os.O_PATH | os.O_DIRECTORY, dir_fd=folder)
    if not os.access(".", os.X_OK, dir_fd=there):
        os.close(there)
        raise PermissionError(13, "Permission denied")
    os.close(folder)
    return there


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.folder = os.open(".", os.O_PATH | os.O_DIRECTORY)

    async def line(self, line):
        if "\0" in line:
            return None, "NUL", b"", b""
        if line != "cd" and not line.startswith("cd "):
            return await run(line, self.folder)
        name = line[2:].strip(" \t")
        for name in [name] if name else [os.environ.get("HOME") or "/", "/"]:
            try:
                self.folder = enter(self.folder, name)
                return 0, "nothing", b"", b""
            except OSError as e:
                said = f"no way there: {e.strerror}\n".encode()
        return 1, "nothing", b"", said

    async def talk(self):
        while True:
            try:
                line = await self.reader.readline()
            except ValueError:  # more than LONGEST bytes and no \n among them
                await reply(self.writer, None, "too long", b"", b"")
                return await part(self.reader, self.writer)
            if not line.endswith(b"\n"):
                return
            line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
            if line == b"exit":
                return await part(self.reader, self.writer)
            try:
                answer = await self.line(line.decode())
            except UnicodeDecodeError:
                answer = None, "not UTF-8" if b"\0" not in line else "NUL", b"", b""
            await reply(self.writer, *answer)


async def serve(conn):
    with conn:
        try:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader, writer = await asyncio.open_connection(sock=conn, limit=LONGEST)
            # The transport must end first: it still watches the descriptor's number, which the next client gets.
            try:
                client = Client(reader, writer)
                try:
                    await client.talk()
                finally:
                    os.close(client.folder)
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
        if not ipaddress.ip_address(where[0]).is_loopback:
            raise ValueError("it is not a loopback address")
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
