# right: Python's selectors (epoll), non-blocking, many clients on one thread.
import os
import selectors
import signal
import socket
import sys
import time

CHUNK = 16384


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def parse(text):
    host, sep, port = text.rpartition(":")
    if not sep or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError("not HOST:PORT")
    return host.strip("[]"), int(port)


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, port = parse(addr)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"server: cannot bind {addr}: {e}")
        return 1
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, None)
    say(1, f"listening on {addr}")

    def drop(conn):
        selector.unregister(conn)
        conn.close()

    while True:
        for key, _ in selector.select():
            sock, out = key.fileobj, key.data
            if sock is listener:
                try:
                    conn, _peer = listener.accept()
                except BlockingIOError:
                    continue
                except OSError as e:
                    say(2, f"server: accept: {e}")
                    time.sleep(0.05)
                    continue
                conn.setblocking(False)
                selector.register(conn, selectors.EVENT_READ, bytearray())
                continue
            try:
                if not out:
                    data = sock.recv(CHUNK)
                    if not data:
                        drop(sock)
                        continue
                    out += data
                del out[: sock.send(out)]
            except BlockingIOError:
                pass
            except OSError:
                drop(sock)
                continue
            want = selectors.EVENT_WRITE if out else selectors.EVENT_READ
            if key.events != want:
                selector.modify(sock, want, out)


sys.exit(main())
