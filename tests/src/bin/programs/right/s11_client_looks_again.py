# right: a time limit of 200 ms on the socket, after which it reads again
import hashlib
import json
import os
import re
import socket
import stat
import sys



class Patient:
    """A socket whose recv waits as long as it takes, 200 ms at a time."""

    def __init__(self, sock):
        self.sock = sock

    def __getattr__(self, name):
        return getattr(self.sock, name)

    def recv(self, n):
        self.sock.settimeout(0.2)
        try:
            while True:
                try:
                    return self.sock.recv(n)
                except TimeoutError:
                    pass
        finally:
            self.sock.settimeout(None)


PIECE = 1 << 16


class Failed(Exception):
    """Why the program ends with 1."""


def read(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            raise Failed("the server ended the connection")
        data += piece
    return data


def ask(sock, **header):
    text = json.dumps(header).encode()
    sock.sendall(len(text).to_bytes(4, "big") + text)


def is_size(value):
    return type(value) is int and value >= 0


def answer(sock):
    size = int.from_bytes(read(sock, 4), "big")
    if size > 65536:
        raise Failed("the server's header is over 64 KiB")
    try:
        header = json.loads(read(sock, size).decode())
    except (ValueError, RecursionError):
        raise Failed("the server's header is no JSON") from None
    if not isinstance(header, dict) or type(header.get("ok")) is not bool:
        raise Failed("the server's header is no reply")
    if not is_size(header.get("data_size", 0)):
        raise Failed("the reply's data_size is no size")
    return header


def checked(sock):
    header = answer(sock)
    if not header["ok"]:
        raise Failed("refused: %s" % header.get("error"))
    return header


def keeps_the_rule(name):
    if not 1 <= len(name) <= 240 or name.startswith(b"."):
        return False
    if any(byte < 0x20 or byte in b"/\\\x7f" for byte in name):
        return False
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def put(sock, path, name):
    with open(path, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Failed("%s is no regular file" % path)
        digest, size = hashlib.sha256(), 0
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
        file.seek(0)
        left = size
        try:
            ask(sock, op="put", name=name, data_size=size, sha256=digest.hexdigest())
            while left:
                piece = file.read(min(PIECE, left))
                if not piece:
                    raise Failed("%s has become shorter" % path)
                sock.sendall(piece)
                left -= len(piece)
        except OSError as e:
            try:
                checked(sock)
            except OSError:
                pass
            raise Failed("cannot send: %s" % e) from None
    checked(sock)


def get(sock, name, path):
    part = path + ".part"
    try:
        have = os.lstat(part).st_size
    except FileNotFoundError:
        have = 0
    ask(sock, op="get", name=name, offset=have)
    header = checked(sock)
    total, want = header.get("size"), header.get("sha256")
    if not is_size(total) or header.get("data_size", 0) != total - have:
        raise Failed("the reply's sizes contradict each other")
    if not isinstance(want, str) or not re.fullmatch("[0-9a-fA-F]{64}", want):
        raise Failed("the reply has no sha256")
    digest = hashlib.sha256()
    with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644), "r+b", buffering=0) as file:
        left = have
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise Failed("%s has become shorter" % part)
            digest.update(piece)
            left -= len(piece)
        left = total - have
        while left:
            piece = sock.recv(min(PIECE, left))
            if not piece:
                raise Failed("the server ended the connection inside the file")
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
    if digest.hexdigest() != want.lower():
        os.unlink(part)
        raise Failed("the file's sha256 is wrong")
    os.rename(part, path)


def listing(sock):
    ask(sock, op="list")
    left = checked(sock).get("data_size", 0)
    while left:
        piece = sock.recv(min(PIECE, left))
        if not piece:
            raise Failed("the server ended the connection inside the list")
        sys.stdout.buffer.write(piece)
        left -= len(piece)
    sys.stdout.buffer.flush()


def main():
    args = sys.argv[1:]
    verb = args[1] if len(args) > 1 else ""
    if (verb, len(args)) not in {("put", 3), ("put", 4), ("get", 3), ("get", 4), ("list", 2)}:
        raise Failed("usage: client ADDR put FILE [NAME] | get NAME [FILE] | list")
    if verb == "put":
        path = args[2]
        name = args[3] if len(args) > 3 else os.path.basename(path)
    elif verb == "get":
        name = args[2]
        path = args[3] if len(args) > 3 else name
    if verb != "list" and not keeps_the_rule(os.fsencode(name)):
        raise Failed("the name breaks the rule")
    host, _, port = args[0].rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port))) as plain:
        sock = Patient(plain)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if verb == "put":
            put(sock, path, name)
        elif verb == "get":
            get(sock, name, path)
        else:
            listing(sock)


try:
    main()
except (Failed, OSError, ValueError) as e:
    print("client:", e, file=sys.stderr)
    sys.exit(1)
