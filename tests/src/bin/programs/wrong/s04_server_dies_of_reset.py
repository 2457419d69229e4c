# kills rst-while-pushing@plain: what one client does must end its connection only, never the server || the server ended with an error of its own: ConnectionResetError
# Mistake: it expects only BrokenPipeError of a client that is gone, and ConnectionResetError ends the program.
# Breaks "treats no client's behaviour as its own error"; seen from outside: after a client's RST between two messages the server exits with a traceback.
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
            time.sleep(0.5)
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
            except BrokenPipeError as error:
                print(f"{peer}: {error}", flush=True)


main()
