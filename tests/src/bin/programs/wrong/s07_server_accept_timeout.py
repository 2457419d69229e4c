# kills waits-for-client@plain: it gave up by a time limit of its own
# Mistake: `accept` has a time limit of two seconds, after which the server ends.
# A server that has no client for that long is gone.
import socket
import sys
import time


def serve(conn):
    conn.settimeout(None)
    while data := conn.recv(4096):
        conn.sendall(data.upper())


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    listener.settimeout(2)
    print("listening on", address, flush=True)
    while True:
        try:
            conn, peer = listener.accept()
        except TimeoutError:
            sys.exit("no client for two seconds")
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
