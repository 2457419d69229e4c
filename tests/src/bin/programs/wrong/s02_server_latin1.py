# kills only-ascii-letters@plain: on the ASCII letters only
# Mistake: it decodes the bytes as Latin-1 to upper-case them as text.
# Breaks "ASCII letters upper-cased, every other byte untouched"; seen from outside: the bytes E9 and E0 come back as C9 and C0, DF as `SS`.
import socket
import sys


def serve(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            return
        conn.sendall(data.decode("latin-1").upper().encode("latin-1", "replace"))


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
