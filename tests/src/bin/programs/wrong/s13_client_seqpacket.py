# kills sends-exact-lines@plain/unix: the client must connect to the address in its first argument
# kills calls-100-bytes@plain/unix: the client must connect to the address in its first argument
# Mistake: its Unix socket is SOCK_SEQPACKET.
import os
import signal
import socket
import sys
import threading


class Gone(Exception):
    pass


def dial(address):
    if address.startswith("unix:"):
        family, where = socket.AF_UNIX, address.removeprefix("unix:")
    else:
        host, _, port = address.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        family, where = socket.AF_INET6 if ":" in host else socket.AF_INET, (host, int(port))
    sock = socket.socket(family, socket.SOCK_SEQPACKET if family == socket.AF_UNIX else socket.SOCK_STREAM)
    sock.connect(where)
    return sock


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
    with dial(address) as sock:
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
