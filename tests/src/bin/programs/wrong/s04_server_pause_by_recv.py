# kills pauses@plain: the pause must not depend on what the client sends, nor on whether it ends
# Mistake: its pause is a recv with a time limit of 500 ms, so whatever the client does ends the pause.
# Breaks "as 03 with 500 ms between writes"; seen from outside: a client that half-closes, or says something, gets its messages without pauses.
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


def push(conn, messages):
    for i, message in enumerate(messages):
        if i:
            conn.settimeout(0.5)
            try:
                conn.recv(1024)
            except TimeoutError:
                pass
            conn.settimeout(None)
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
