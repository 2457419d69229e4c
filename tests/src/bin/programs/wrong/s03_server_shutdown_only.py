# kills keeps-no-sockets@plain: the server must close every connection that is over
# Mistake: it ends its direction of each connection and never closes the socket, which its list of clients holds.
# Breaks "then close"; seen from outside: the client hears FIN, and each client costs a file descriptor, until none is left.
import os
import socket
import sys
import time


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [os.fsencode(arg) for arg in sys.argv[2:]] or [b"hello", b"from the server", b"goodbye"]
    host, _, port = address.rpartition(":")
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except (OSError, ValueError) as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print(f"listening on {address}", flush=True)
    clients = []
    while True:
        try:
            conn, peer = listener.accept()
        except OSError:
            time.sleep(0.05)
            continue
        clients.append(conn)
        try:
            for message in messages:
                conn.sendall(message)
            conn.shutdown(socket.SHUT_WR)
        except OSError as error:
            print(f"{peer}: {error}", flush=True)


main()
