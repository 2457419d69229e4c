# kills late-reader@plain: bytes are missing || the connection after
# Mistake: it makes its socket non-blocking, calls send, not sendall, and drops what the kernel did not take.
# Breaks "every byte is returned, in order"; seen from outside: a client that sends megabytes and starts to read late gets fewer bytes back, without an error.
import select
import socket
import sys


def serve(conn):
    conn.setblocking(False)
    while True:
        select.select([conn], [], [])
        try:
            data = conn.recv(1024)
        except BlockingIOError:
            continue
        if not data:
            return
        try:
            conn.send(data.upper())
        except BlockingIOError:
            pass


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)))
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print("listening on", address, flush=True)
    while True:
        conn, peer = listener.accept()
        try:
            with conn:
                serve(conn)
        except OSError as error:
            print(peer, error, flush=True)


main()
