# kills stores-files@plain: the file stands under its name, whole, and no reply came
# Mistake: it stores what a put sends, and does not reply.
import hashlib
import json
import os
import re
import socket
import stat
import sys
import tempfile
import threading
import time

GIB = 1 << 30
PIECE = 1 << 16
LONGEST = 240


class Refused(Exception):
    """What was asked is refused; the connection goes on."""


class Broken(Exception):
    """What was asked is refused, and the connection ends."""


class Gone(Exception):
    """The client is gone."""


class Body:
    """The bytes behind a header."""

    def __init__(self, sock, left):
        self.sock, self.left = sock, left

    def pieces(self):
        while self.left:
            piece = recv(self.sock, min(PIECE, self.left))
            if not piece:
                raise Gone("left inside a body")
            self.left -= len(piece)
            yield piece

    def drop(self):
        for _ in self.pieces():
            pass


def recv(sock, n):
    try:
        return sock.recv(n)
    except OSError as e:
        raise Gone(str(e)) from e


def send(sock, data):
    try:
        sock.sendall(data)
    except OSError as e:
        raise Gone(str(e)) from e


def read(sock, n):
    data = b""
    while len(data) < n:
        piece = recv(sock, n - len(data))
        if not piece:
            raise Gone("left inside a header" if data else "left")
        data += piece
    return data


def reply(sock, **header):
    text = json.dumps(header).encode()
    send(sock, len(text).to_bytes(4, "big") + text)


def keeps_the_rule(name):
    if not 1 <= len(name) <= LONGEST or name.startswith(b"."):
        return False
    if any(byte < 0x20 or byte in b"/\\\x7f" for byte in name):
        return False
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def path_of(folder, ask):
    name = ask.get("name")
    if not isinstance(name, str):
        raise Refused("name is missing, or no string")
    try:
        name = name.encode()
    except UnicodeEncodeError as e:
        raise Refused("name is not UTF-8") from e
    if not keeps_the_rule(name):
        raise Refused("name breaks the rule")
    return os.path.join(folder, name)


def put(sock, folder, ask, body):
    path = path_of(folder, ask)
    want = ask.get("sha256")
    if not isinstance(want, str) or not re.fullmatch("[0-9a-f]{64}", want):
        raise Refused("sha256 is missing, or not 64 lower-case digits")
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            raise Refused("a folder stands there")
    except FileNotFoundError:
        pass
    handle, part = tempfile.mkstemp(prefix=b".put-", dir=folder)
    try:
        digest = hashlib.sha256()
        with open(handle, "wb") as file:
            for piece in body.pieces():
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != want:
            raise Refused("sha256 differs")
        os.chmod(part, 0o644)
        os.rename(part, path)
    except BaseException:
        os.unlink(part)
        raise


def get(sock, folder, ask, body):
    path = path_of(folder, ask)
    offset = ask.get("offset", 0)
    if type(offset) is not int or offset < 0:
        raise Refused("offset is no non-negative integer")
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise Refused("no regular file")
        total = left = facts.st_size
        if offset > total:
            raise Refused("offset is behind the end")
        digest = hashlib.sha256()
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise Refused("the file is changing")
            digest.update(piece)
            left -= len(piece)
        body.drop()
        reply(sock, ok=True, size=total, sha256=digest.hexdigest(), data_size=total - offset)
        file.seek(offset)
        left = total - offset
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise Gone("the file has become shorter")
            send(sock, piece)
            left -= len(piece)


def listing(sock, folder, body):
    lines = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if keeps_the_rule(entry.name) and entry.is_file(follow_symlinks=False):
                try:
                    size = entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue
                lines.append((entry.name, size))
    lines.sort()
    text = b"".join(b"%d %s\n" % (size, name) for name, size in lines)
    body.drop()
    reply(sock, ok=True, data_size=len(text))
    send(sock, text)


def serve(sock, folder):
    while True:
        size = int.from_bytes(read(sock, 4), "big")
        if size > 65536:
            raise Broken("the header is over 64 KiB")
        try:
            ask = json.loads(read(sock, size).decode())
        except (ValueError, RecursionError) as e:
            raise Broken("the header is no JSON") from e
        if not isinstance(ask, dict):
            raise Broken("the header is no JSON object")
        size = ask.get("data_size", 0)
        if type(size) is not int or size < 0:
            raise Broken("data_size is no non-negative integer")
        if size > GIB:
            raise Broken("data_size is over 1 GiB")
        body = Body(sock, size)
        try:
            op = ask.get("op")
            if op == "put":
                put(sock, folder, ask, body)
            elif op == "get":
                get(sock, folder, ask, body)
            elif op == "list":
                listing(sock, folder, body)
            else:
                raise Refused("op is missing, or unknown")
        except (Refused, OSError) as e:
            body.drop()
            reply(sock, ok=False, error=str(e), data_size=0)


def part_from(sock):
    """FIN; then what still comes is dropped, for a second at most."""
    try:
        sock.shutdown(socket.SHUT_WR)
        until = time.monotonic() + 1
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(PIECE):
                break
    except OSError:
        pass  # the second is over, or the client is gone


def client(sock, folder):
    with sock:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(sock, folder)
        except Broken as e:
            try:
                reply(sock, ok=False, error=str(e), data_size=0)
                part_from(sock)
            except Gone:
                pass
        except (Gone, OSError):
            pass


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    folder = os.fsencode(sys.argv[2] if len(sys.argv) > 2 else ".")
    if not os.path.isdir(folder):
        sys.exit("server: %s is no folder" % os.fsdecode(folder))
    host, _, port = addr.rpartition(":")
    host = host.strip("[]")
    try:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port)))
        listener.listen(512)
    except (OSError, ValueError) as e:
        sys.exit("server: cannot listen on %s: %s" % (addr, e))
    print("listening on", addr, flush=True)
    while True:
        try:
            sock, _ = listener.accept()
        except OSError as e:
            print("server: no client now:", e, file=sys.stderr)
            time.sleep(0.05)
            continue
        try:
            threading.Thread(target=client, args=(sock, folder), daemon=True).start()
        except RuntimeError:
            sock.close()


main()
