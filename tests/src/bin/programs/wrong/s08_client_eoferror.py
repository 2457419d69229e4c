# kills quits-at-end-of-input@plain: the end of the input is no error
# Mistake: it reads lines with input() and does not expect the EOFError at the end of them.
# Breaks "`q` (not sent) or end of input ends them", "never a panic or a backtrace"; seen from outside: input that ends without `q` ends it with a traceback and status 1.
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
            line = input(">> " if os.isatty(0) else "")
            text = line.removesuffix("\r").encode("latin-1")
            if text == b"q":
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
