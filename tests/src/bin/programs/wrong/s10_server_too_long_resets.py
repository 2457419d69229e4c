# kills farewell@plain: what the client still sends then meets a closed socket
# Mistake: after a line too long it closes with bytes unread: the reply is destroyed.
import ipaddress
import json
import os
import queue
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time

LONGEST = 8192
SECONDS = 10
MOST = 64 << 20


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def part(conn):
    """FIN; then what still comes is dropped, for a second at most."""
    conn.shutdown(socket.SHUT_WR)
    until = time.monotonic() + 1
    try:
        while (left := until - time.monotonic()) > 0:
            conn.settimeout(left)
            if not conn.recv(4096):
                break
    except socket.timeout:
        pass


def reply(conn, status, error, out, err):
    header = {"status": status, "stdout_size": len(out), "stderr_size": len(err)}
    if error:
        header["error"] = error
    header = json.dumps(header).encode()
    conn.sendall(b"".join([struct.pack(">I", len(header)), header, out, err]))


def run(line, folder):
    """Returns the status, what went wrong, and both outputs."""
    try:
        child = subprocess.Popen(
            [b"sh", b"-c", line],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as e:
        return None, f"sh cannot be started: {e.strerror}", b"", b""
    ends = time.monotonic() + SECONDS
    lock, room, ended = threading.Lock(), [MOST], queue.Queue()

    def pump(pipe, said):
        with pipe:
            while data := os.read(pipe.fileno(), 65536):
                with lock:
                    said.append(data[: room[0]])
                    room[0] -= len(said[-1])
                if len(said[-1]) < len(data):
                    ended.put("its output is over 64 MiB")
                    return
        ended.put(None)

    out, err = [], []
    threading.Thread(target=pump, args=(child.stdout, out), daemon=True).start()
    threading.Thread(target=pump, args=(child.stderr, err), daemon=True).start()
    try:
        error = ended.get(timeout=SECONDS) or ended.get(timeout=max(0, ends - time.monotonic()))
        if not error:
            child.wait(max(0, ends - time.monotonic()))
    except (queue.Empty, subprocess.TimeoutExpired):
        error = "it took longer than 10 s"
    if error:
        os.killpg(child.pid, signal.SIGKILL)
    status = child.wait()
    if not error and status < 0:
        error = f"sh was ended by signal {-status}"
    with lock:
        return None if error else status, error, b"".join(out), b"".join(err)


def enter(folder, name):
    """Returns the folder where chdir(2) would lead."""
    path = os.path.join(folder, name)
    if not stat.S_ISDIR(os.stat(path).st_mode):
        raise NotADirectoryError(20, "Not a directory")
    if not os.access(path, os.X_OK):
        raise PermissionError(13, "Permission denied")
    return os.path.realpath(path)


def home(folder):
    try:
        return enter(folder, os.environb.get(b"HOME") or b"/")
    except OSError:
        return b"/"


def answer(conn):
    folder, held = os.getcwdb(), b""
    while True:
        line, newline, rest = held.partition(b"\n")
        if len(line) > LONGEST:
            return reply(conn, None, "the line is too long", b"", b"")
        if not newline:
            data = conn.recv(4096)
            if not data:
                return
            held += data
            continue
        held = rest
        if line.endswith(b"\r"):
            line = line[:-1]
        if b"\0" in line:
            reply(conn, None, "there is a NUL in the line", b"", b"")
        elif line == b"exit":
            return part(conn)
        elif line == b"cd" or line.startswith(b"cd "):
            name = line[2:].strip(b" \t")
            try:
                folder = enter(folder, name) if name else home(folder)
                reply(conn, 0, None, b"", b"")
            except OSError as e:
                reply(conn, 1, None, b"", b"cd: " + name + f": {e.strerror}\n".encode())
        else:
            reply(conn, *run(line, folder))


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
    try:
        host, colon, port = addr.rpartition(":")
        if not colon or not host:
            raise ValueError("not HOST:PORT")
        family, _, _, _, where = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        if not ipaddress.ip_address(where[0]).is_loopback:
            raise ValueError("commands are taken on loopback only")
        listener = socket.create_server(where[:2], family=family, backlog=512)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"cannot bind {addr}: {e}")
        return 1
    say(1, f"listening on {addr}")
    while True:
        try:
            conn, peer = listener.accept()
            threading.Thread(target=serve, args=(conn, peer), daemon=True).start()
        except (OSError, RuntimeError) as e:
            say(2, f"no client now: {e}")
            time.sleep(0.05)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
