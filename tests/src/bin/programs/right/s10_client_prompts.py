# right: it prompts always, reads through makefile(), and passes the outputs on piece by piece as they come.
import json
import os
import signal
import socket
import struct
import sys

HEADER = 64 << 10
MOST = 64 << 20


class Broken(Exception):
    pass


def show(fd, data):
    while data:
        data = data[os.write(fd, data):]


def taken(replies, size):
    data = replies.read(size)
    if len(data) < size:
        raise Broken("the server ended inside a reply")
    return data


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def sizes_and_words(header):
    """Returns both sizes, and what to say after a status other than 0."""
    try:
        header = json.loads(header.decode())
    except (ValueError, RecursionError) as e:
        raise Broken(f"the header is no JSON: {e}") from None
    if not isinstance(header, dict):
        raise Broken("the header is no JSON object")
    sizes = [header.get("stdout_size"), header.get("stderr_size")]
    if not all(is_integer(size) and size >= 0 for size in sizes):
        raise Broken(f"{sizes} are no sizes")
    if sum(sizes) > MOST:
        raise Broken(f"{sizes} are over 64 MiB")
    status = header.get("status", "missing")
    if status is None:
        error = header.get("error")
        if not isinstance(error, str):
            raise Broken("neither a status nor an error")
        return sizes, f"{''.join(c if c.isprintable() else '?' for c in error)} (no status)"
    if not is_integer(status) or not 0 <= status <= 255:
        raise Broken(f"{status!r} is no status")
    return sizes, f"status {status}" if status else None


def reply(replies):
    (length,) = struct.unpack(">I", taken(replies, 4))
    if length > HEADER:
        raise Broken(f"a header of {length} bytes")
    sizes, words = sizes_and_words(taken(replies, length))
    for fd, size in zip((1, 2), sizes):
        while size:
            piece = replies.read1(min(size, 65536))
            if not piece:
                raise Broken("the server ended inside a reply")
            show(fd, piece)
            size -= len(piece)
    if words:
        show(2, words.encode("utf-8", "backslashreplace") + b"\n")


def talk(addr):
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError(f"{addr} is not HOST:PORT")
    with socket.create_connection((host.strip("[]"), int(port))) as sock, sock.makefile("rb") as replies:
        lines = open(0, "rb", closefd=False)
        while True:
            show(1, b">> ")
            line = lines.readline()
            if line.endswith(b"\n"):
                line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
            elif not line:
                return
            if line == b"q":
                return
            if not line:
                continue
            sock.sendall(line + b"\n")
            if line == b"exit":
                while replies.read1(4096):
                    pass
                return
            reply(replies)


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        talk(addr)
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
