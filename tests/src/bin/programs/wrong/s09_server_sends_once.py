# kills stopped-while-replying@plain: `write` took only a part
# Mistake: it replies with `send`, which may take only a part of the replies; `sendall` goes on.
# A server that is stopped while it waits in that call, and goes on, loses the rest.
import os
import socket
import sys
import threading
import time

LIMIT = 8192


def linger(conn):
    conn.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 1
    while (left := end - time.monotonic()) > 0:
        conn.settimeout(left)
        if not conn.recv(4096):
            break


def answer(line):
    """Returns the reply to a line, and whether it is the last one."""
    if line == b"exit":
        return b"Byebye!\n", True
    return line.upper() + b"\n", False


def serve(conn):
    rest = b""
    while True:
        data = conn.recv(65536)
        rest += data
        out, last = b"", not data
        while not last and b"\n" in rest:
            line, _, rest = rest.partition(b"\n")
            if len(line) > LIMIT:
                out, last = out + b"line too long\n", True
                break
            reply, last = answer(line.removesuffix(b"\r"))
            out += reply
        if not last and len(rest) > LIMIT:
            out, last = out + b"line too long\n", True
        if not data and rest:
            out += answer(rest)[0]
        if out:
            conn.send(out)
        if last:
            return linger(conn)


def guarded(conn):
    with conn:
        try:
            serve(conn)
        except OSError:
            pass


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    os.write(1, f"listening on {address}\n".encode())
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=guarded, args=(conn,), daemon=True).start()


main()
