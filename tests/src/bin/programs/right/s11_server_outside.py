# right: socketserver; a temporary file outside DIR where it can be renamed; spaces, more keys and another order in JSON; many small writes; capitals in HEX; no data_size where it is 0; refuses links; ends without a word after bad framing
import hashlib
import json
import os
import re
import socket
import socketserver
import stat
import sys
import tempfile
import time

GIB = 1 << 30
PIECE = 1 << 16
LONGEST = 240
SMALL = 5000


class Refused(Exception):
    """What was asked is refused; the connection goes on."""


class Broken(Exception):
    """The connection ends, without a word."""


class TooMuch(Exception):
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
    header = {"comment": [None, {"by": "server"}]} | dict(reversed(header.items()))
    if header["data_size"] == 0:
        del header["data_size"]
    text = json.dumps(header, indent=1, ensure_ascii=False).encode() + b" \n"
    frame = len(text).to_bytes(4, "big") + text
    for part in frame[:1], frame[1:3], frame[3:9], frame[9:]:
        send(sock, part)


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
    if any(0x80 <= ord(letter) < 0xA0 for letter in name.decode()):
        raise Refused("name has a control character")
    return os.path.join(folder, name)


def put(sock, folder, ask, body):
    path = path_of(folder, ask)
    want = ask.get("sha256")
    if not isinstance(want, str) or not re.fullmatch("[0-9a-fA-F]{64}", want):
        raise Refused("sha256 is missing, or not 64 lower-case digits")
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise Refused("no regular file stands there")
    except FileNotFoundError:
        pass
    outside = os.fsencode(tempfile.gettempdir())
    if os.stat(outside).st_dev != os.stat(folder).st_dev:
        outside = folder
    handle, part = tempfile.mkstemp(prefix=b".put-", dir=outside)
    try:
        digest = hashlib.sha256()
        with open(handle, "wb") as file:
            for piece in body.pieces():
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != want.lower():
            raise Refused("sha256 differs")
        os.chmod(part, 0o644)
        os.rename(part, path)
    except BaseException:
        os.unlink(part)
        raise
    reply(sock, ok=True, data_size=0)


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
            for from_ in range(0, len(piece), SMALL):
                send(sock, piece[from_ : from_ + SMALL])
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
        if type(size) is float and size.is_integer():
            size = int(size)
        if type(size) is not int or size < 0:
            raise Broken("data_size is no non-negative integer")
        if size > GIB:
            raise TooMuch("data_size is over 1 GiB")
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
            reply(sock, ok=False, error=str(e), data_size=0)
            body.drop()


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


class Client(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(self.request, self.server.folder)
        except Broken:
            part_from(self.request)
        except TooMuch as e:
            try:
                reply(self.request, ok=False, error=str(e), data_size=0)
                part_from(self.request)
            except Gone:
                pass
        except (Gone, OSError):
            pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def get_request(self):
        try:
            return super().get_request()
        except OSError:
            time.sleep(0.05)  # no descriptor is left, perhaps; the loop asks again
            raise


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    folder = os.fsencode(sys.argv[2] if len(sys.argv) > 2 else ".")
    if not os.path.isdir(folder):
        sys.exit("server: %s is no folder" % os.fsdecode(folder))
    host, _, port = addr.rpartition(":")
    host = host.strip("[]")
    Server.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        server = Server((host, int(port)), Client)
    except (OSError, ValueError) as e:
        sys.exit("server: cannot listen on %s: %s" % (addr, e))
    print("listening on", addr, flush=True)
    server.folder = folder
    server.serve_forever()


main()
