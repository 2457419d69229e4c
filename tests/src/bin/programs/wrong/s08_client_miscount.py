# kills reset-inside@rst@4: it took the part that had come for the reply
# Mistake: it asks for 1024 bytes at a time and counts what it asked for, not what it got.
# Breaks "read until they have … as many bytes as were sent"; seen from outside: a reply of 3000 bytes that comes in pieces is printed short, and its tail comes first in the next reply.
import os
import signal
import socket
import sys
import threading


class Gone(Exception):
    pass


def send(sock, line):
    try:
        sock.sendall(line)
    except OSError:
        pass  # the reader finds out by itself


def hear(sock, size):
    reply, received = b"", 0
    while received < size:
        block = min(1024, size - received)
        data = sock.recv(block)
        if not data:
            raise Gone(f"the server ended after {len(reply)} of {size} bytes")
        reply += data
        received += block
    return reply


def show(data):
    while data:
        data = data[os.write(1, data):]


def talk(address):
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port))) as sock:
        lines = open(0, "rb", closefd=False)
        while True:
            if os.isatty(0):
                show(b">> ")
            line = lines.readline()
            text = line.removesuffix(b"\n")
            if text != line:
                text = text.removesuffix(b"\r")
            if not line or text == b"q":
                return
            if not text:
                continue
            threading.Thread(target=send, args=(sock, text), daemon=True).start()
            show(hear(sock, len(text)) + b"\n")


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        talk(address)
    except (OSError, ValueError, OverflowError, Gone) as error:
        try:
            os.write(2, f"{address}: {error}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        os._exit(1)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # the socket may not become fd 0, 1 or 2
    pass
os.close(fd)
main()
