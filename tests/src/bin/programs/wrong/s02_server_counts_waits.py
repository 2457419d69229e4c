# kills waits-for-client@plain: it gave up by a time limit of its own
# Mistake: thirty waits of 50 ms without a byte are the end of its client: the limit is counted, and in no call.
import select
import socket
import sys
import time


def serve(conn):
    idle = 0
    while idle < 30:
        ready, _, _ = select.select([conn], [], [], 0.05)
        if not ready:
            idle += 1
            continue
        idle = 0
        data = conn.recv(4096)
        if not data:
            return
        conn.sendall(data.upper())


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print("listening on", address, flush=True)
    while True:
        try:
            conn, peer = listener.accept()
        except OSError as error:
            print("accept:", error, file=sys.stderr, flush=True)
            time.sleep(0.05)
            continue
        with conn:
            try:
                serve(conn)
            except OSError as error:
                print(peer, error, flush=True)


main()
