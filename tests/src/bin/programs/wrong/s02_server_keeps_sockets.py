# kills fin-ends-connection@plain: bytes is the client's FIN: it will send nothing more
# kills rests-after-fin@plain: CLOSE_WAIT means: the client's FIN has come and the server has not closed
# Mistake: it remembers every connection in a list and closes none.
# Breaks "until the client's EOF; then it closes that connection (with FIN)"; seen from outside: a client that half-closes waits for ever for the FIN, the socket stays in CLOSE_WAIT.
import socket
import sys


def serve(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            return
        conn.sendall(data.upper())


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)))
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print("listening on", address, flush=True)
    clients = []
    while True:
        conn, peer = listener.accept()
        clients.append(conn)
        try:
            serve(conn)
        except OSError as error:
            print(peer, error, flush=True)


main()
