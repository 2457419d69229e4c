# kills pushes-messages@plain: and do not trim it
# never: this message has
# Mistake: it strips the white space at both ends of each message before it announces its size and sends it.
# Breaks "the message is those bytes as they are"; seen from outside: the size of `  two  ` is 3.
import os
import socket
import sys
import time


def drain(conn):
    conn.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 1
    while (left := end - time.monotonic()) > 0:
        conn.settimeout(left)
        if not conn.recv(4096):
            break


def answered(conn):
    answer = b""
    while len(answer) < 10:
        data = conn.recv(10 - len(answer))
        if not data:
            return False
        answer += data
    return answer == b"receive ok"


def push(conn, messages):
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for message in messages:
        message = message.strip()
        conn.sendall(str(len(message)).encode())
        if not answered(conn):
            break
        conn.sendall(message)
    drain(conn)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [os.fsencode(arg) for arg in sys.argv[2:]] or [b"hello", b"from the server", b"goodbye"]
    host, _, port = address.rpartition(":")
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except (OSError, ValueError) as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print(f"listening on {address}", flush=True)
    while True:
        try:
            conn, peer = listener.accept()
        except OSError:
            time.sleep(0.05)
            continue
        with conn:
            try:
                push(conn, messages)
            except OSError as error:
                print(f"{peer}: {error}", flush=True)


main()
