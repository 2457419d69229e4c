# kills pushes-messages@plain: a message is missing, changed, or not in its place
# Mistake: it encodes its messages as ASCII and replaces what does not fit.
# Breaks "one write a message (the raw bytes of a message)"; seen from outside: `é` arrives as `?`.
import socket
import sys


def serve(conn):
    for message in sys.argv[2:] or ["hello", "from the server", "goodbye"]:
        conn.sendall(message.encode("ascii", "replace"))


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
