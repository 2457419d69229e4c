# kills only-ascii-letters@plain/ipv6: it ended at its start
# kills restarts-at-once@plain/ipv6: it ended at its start
# Mistake: it splits the address at the first colon.
import errno
import os
import signal
import socket
import stat
import sys
import threading
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def nobody_listens(path):
    """Whether a socket file stands there, and refuses."""
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)  # a full queue is an answer, too
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
    return False


def listen_unix(path):
    if not path:
        raise ValueError("the path is empty")
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
    except OSError as e:
        if e.errno != errno.EADDRINUSE or not nobody_listens(path):
            raise
        os.unlink(path)
        listener.bind(path)
    listener.listen(512)
    return listener


def listen_tcp(address):
    host, colon, port = address.partition(":")
    if not colon or not host:
        raise ValueError("neither HOST:PORT nor unix:PATH")
    host = host.removeprefix("[").removesuffix("]")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(512)
    return listener


def listen(address):
    if address.startswith("unix:"):
        return listen_unix(address.removeprefix("unix:"))
    return listen_tcp(address)


def serve(conn):
    with conn:
        try:
            while data := conn.recv(4096):
                conn.sendall(data.upper())
        except OSError as e:
            say(1, f"a client left: {e}")


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        listener = listen(address)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"server: cannot listen on {address}: {e}")
        return 1
    say(1, f"listening on {address}")
    while True:
        try:
            conn, _peer = listener.accept()
        except OSError as e:
            say(2, f"server: accept: {e}")
            time.sleep(0.05)
            continue
        try:
            threading.Thread(target=serve, args=(conn,), daemon=True).start()
        except RuntimeError as e:
            say(2, f"server: no thread: {e}")
            conn.close()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
