# kills end-inside@fin@4: before the reply was whole: that is an error, and what has come is no
# kills server-ends@plain: the client's loop does not end there: look at what ends it
# Mistake: its loop waits for enough bytes and never looks for the empty one that means the server's end.
# Breaks "exits with status 1 when the server is gone or breaks the protocol"; seen from outside: after a FIN inside a reply it runs for ever at full CPU.
import os
import signal
import socket
import sys
import threading


def send(sock, line):
    try:
        sock.sendall(line)
    except OSError:
        pass  # the reader finds out by itself


def hear(sock, size):
    reply = b""
    while len(reply) < size:
        reply += sock.recv(min(65536, size - len(reply)))
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
    except (OSError, ValueError, OverflowError) as error:
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
