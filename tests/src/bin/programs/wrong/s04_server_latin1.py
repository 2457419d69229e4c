# kills pushes-messages@plain: a message is missing, changed, or not in its place: write them as they
# Mistake: it turns its arguments into bytes as Latin-1, with `?` for what that lacks.
# Breaks "TEXT is the raw bytes of a message as they came"; seen from outside: the argument `grüße €` arrives as other bytes than it was given in.
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
            time.sleep(0.5)
        conn.sendall(message)
    drain(conn)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [arg.encode("latin-1", "replace") for arg in sys.argv[2:]] or [b"hello", b"from the server", b"goodbye"]
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
