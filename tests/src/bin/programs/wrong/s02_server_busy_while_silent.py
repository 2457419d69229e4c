# kills silence-is-no-end@plain: asks again and again whether something has
# Mistake: its sockets do not block, and while a client says nothing it asks again at once.
# Breaks "a client that … is silent"; seen from outside: a silent client costs the server a whole processor.
import socket
import sys


def serve(conn):
    conn.setblocking(False)
    while True:
        try:
            data = conn.recv(4096)
        except BlockingIOError:
            continue
        if not data:
            return
        conn.setblocking(True)
        conn.sendall(data.upper())
        conn.setblocking(False)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except (OSError, ValueError) as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print("listening on", address, flush=True)
    while True:
        conn, peer = listener.accept()
        with conn:
            try:
                serve(conn)
            except OSError as error:
                print(peer, error, flush=True)


main()
