# kills sends-exact-lines@plain: a line that is `q` and nothing else ends it
# Mistake: it ends at `quit` and `exit`, too.
# Breaks "`q` … ends them", any other line being sent; seen from outside: the line `quit` ends the client, and is never sent.
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
    reply = b""
    while len(reply) < size:
        data = sock.recv(min(65536, size - len(reply)))
        if not data:
            raise Gone(f"the server ended after {len(reply)} of {size} bytes")
        reply += data
    return reply


def show(data):
    while data:
        data = data[os.write(1, data):]


def talk(address):
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port))) as sock:
        sys.stdin.reconfigure(encoding="latin-1", newline="\n")
        while True:
            try:
                line = input(">> " if os.isatty(0) else "")
            except EOFError:
                return
            text = line.removesuffix("\r").encode("latin-1")
            if text in (b"q", b"quit", b"exit"):
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
