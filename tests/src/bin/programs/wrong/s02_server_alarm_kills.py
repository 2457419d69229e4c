# kills waits-for-client@plain: SIGALRM ended it: an alarm clock of its own rang (`alarm`
# Mistake: an alarm clock of two seconds for each client, without a handler: it ends the whole server.
import signal
import socket
import sys
import time


def serve(conn):
    while True:
        signal.alarm(2)
        data = conn.recv(4096)
        signal.alarm(0)
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
