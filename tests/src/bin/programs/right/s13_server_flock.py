# right: a forked process a connection; look, unlink and bind stand under a flock of the folder; its file is for its own user only.
import errno
import fcntl
import os
import signal
import socket
import stat
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def make_room(path):
    """Removes a socket file at which connect is refused; anything else at the path is an error."""
    try:
        what = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(what.st_mode):
        raise FileExistsError(errno.EEXIST, "what stands there is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        answer = probe.connect_ex(path)
    if answer != errno.ECONNREFUSED:
        raise OSError(errno.EADDRINUSE, "somebody has this socket")
    os.unlink(path)


def bind_unix(path):
    if not 1 <= len(os.fsencode(path)) <= 107:
        raise ValueError("a path has 1 to 107 bytes")
    listener = socket.socket(socket.AF_UNIX)
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        make_room(path)
        before = os.umask(0o177)
        listener.bind(path)
        os.umask(before)
        listener.listen(512)  # before the lock goes: else another one takes the file for stale
    finally:
        os.close(folder)
    return listener


def bind_tcp(addr):
    host, colon, port = addr.rpartition(":")
    if not colon or not host:
        raise ValueError("neither HOST:PORT nor unix:PATH")
    if host.startswith("[") and host.endswith("]"):
        return socket.create_server((host[1:-1], int(port)), family=socket.AF_INET6, backlog=512)
    return socket.create_server((host, int(port)), backlog=512)


def serve(conn):
    try:
        while data := conn.recv(5000):
            conn.sendall(data.upper())
    except OSError:
        pass


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        listener = bind_unix(addr[5:]) if addr.startswith("unix:") else bind_tcp(addr)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"server: {addr}: {e}")
        return 1
    while True:
        try:
            conn, _peer = listener.accept()
            child = os.fork()
        except OSError as e:
            say(2, f"server: no client now: {e}")
            time.sleep(0.05)
            continue
        if child == 0:
            listener.close()
            serve(conn)
            conn.close()
            os._exit(0)
        conn.close()


signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
