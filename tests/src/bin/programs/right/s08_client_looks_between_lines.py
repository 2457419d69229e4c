# right: it waits for its next line and for the server at once, so it notices an end between two lines.
import os
import select
import socket
import sys


class Failed(Exception):
    pass


def lines(sock):
    """The lines of standard input, without their line ends; meanwhile the server must stay."""
    held = b""
    while True:
        line, newline, rest = held.partition(b"\n")
        if newline:
            held = rest
            yield line.removesuffix(b"\r")
            continue
        ready = select.select([0, sock], [], [])[0]
        if sock in ready:
            if sock.recv(1024):
                raise Failed("the server sent bytes that nobody asked for")
            raise Failed("the server ended the connection between two lines")
        data = os.read(0, 65536)
        if not data:
            if held:
                yield held
            return
        held += data


def show(data):
    while data:
        data = data[os.write(1, data):]


def ask(sock, line):
    reply = b""
    for at in range(0, len(line), 1024):
        sock.sendall(line[at:at + 1024])
        end = min(at + 1024, len(line))
        while len(reply) < end:
            data = sock.recv(end - len(reply))
            if not data:
                raise Failed("the server ended the connection inside a reply")
            reply += data
    return reply


def talk(addr):
    host, port = addr.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as sock:
        for line in lines(sock):
            if line == b"q":
                return
            if line:
                show(ask(sock, line) + b"\n")


address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
try:
    talk(address)
except (Failed, OSError, ValueError, OverflowError) as error:
    sys.exit(f"client: {address}: {error}")
