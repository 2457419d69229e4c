# kills several-lines@plain: a line that is not `exit` got `Byebye!`: only the line `exit`
# Mistake: `line == b"exit" or b"EXIT"` is always true: each line is taken for the last one.
import os
import signal
import socket
import sys
import threading
import time

LONGEST = 8192


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def part(conn, last):
    """The last words and FIN; then what still comes is dropped, for a second at most."""
    conn.sendall(last)
    conn.shutdown(socket.SHUT_WR)
    until = time.monotonic() + 1
    try:
        while (left := until - time.monotonic()) > 0:
            conn.settimeout(left)
            if not conn.recv(4096):
                break
    except socket.timeout:
        pass


def answer(conn):
    held = b""
    while True:
        line, newline, rest = held.partition(b"\n")
        if len(line) > LONGEST:
            return part(conn, b"line too long\n")
        if not newline:
            data = conn.recv(4096)
            if data:
                held += data
                continue
            if not held:
                return
        held = rest
        if line.endswith(b"\r"):
            line = line[:-1]
        if line == b"exit" or b"EXIT":
            return part(conn, b"Byebye!\n")
        conn.sendall(line.upper() + b"\n")


def serve(conn, peer):
    with conn:
        try:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answer(conn)
            say(1, f"{peer} left")
        except OSError as e:
            say(1, f"{peer} is gone: {e}")


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = addr.rpartition(":")
    try:
        listener = socket.create_server((host, int(port)), backlog=512)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot listen on {addr}: {e}")
        return 1
    say(1, f"listening on {addr}")
    while True:
        try:
            threading.Thread(target=serve, args=listener.accept(), daemon=True).start()
        except (OSError, RuntimeError) as e:
            say(2, f"no client now: {e}")
            time.sleep(0.05)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
