# right: select(2), non-blocking; it watches the server between requests too and says at once when it ends.
import os
import select
import signal
import socket
import sys


class Gone(Exception):
    pass


def put(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def parse(text):
    host, sep, port = text.rpartition(":")
    if not sep or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError("not HOST:PORT")
    return host.strip("[]"), int(port)


def talk(sock):
    sock.setblocking(False)
    typed, ended = b"", False      # what standard input gave
    out, waiting = b"", False      # what is to be sent; whether a reply is due
    watch = True                   # between requests: until bytes lie there unread
    while True:
        # take the next line as soon as nothing is under way
        while not out and not waiting:
            line, newline, rest = typed.partition(b"\n")
            if newline:
                typed = rest
                if line.endswith(b"\r"):
                    line = line[:-1]
            elif ended:
                typed = b""
                if not line:
                    return
            else:
                break
            if line == b"q":
                return
            if line:
                out = line
        idle = not out and not waiting
        readers = []
        if idle:
            readers.append(0)
        if waiting or (idle and watch):
            readers.append(sock)
        readable, writable, _ = select.select(readers, [sock] if out else [], [])
        if writable:
            try:
                out = out[sock.send(out):]
            except BlockingIOError:
                pass
            if not out:
                waiting = True
        if idle and 0 in readable:
            try:
                data = os.read(0, 65536)
            except BlockingIOError:
                continue
            typed += data
            ended = not data
            continue
        if sock in readable:
            try:
                data = sock.recv(1024, 0 if waiting else socket.MSG_PEEK)
            except BlockingIOError:
                continue
            if not data:
                raise Gone("the server closed the connection")
            if waiting:
                waiting, watch = False, True
                put(1, data + b"\n")
            else:
                watch = False      # a rest of a reply: it belongs to the next read


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        with socket.create_connection(parse(addr)) as sock:
            talk(sock)
        return 0
    except (OSError, ValueError, OverflowError, Gone) as e:
        try:
            put(2, f"client: {addr}: {e}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
        return 1


sys.exit(main())
