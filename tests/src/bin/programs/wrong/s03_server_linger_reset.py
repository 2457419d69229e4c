# kills pushes-messages@plain: the connection was broken off (RST) instead of ended (FIN)
# Mistake: it sets SO_LINGER to zero seconds to be rid of TIME_WAIT, so its close is an RST.
# Breaks "one write a message, then close (an RST destroys what is still on its way)"; seen from outside: the client gets ECONNRESET in the place of the end, and loses messages that it has not read yet.
import os
import socket
import struct
import sys


def serve(conn):
    for message in sys.argv[2:] or ["hello", "from the server", "goodbye"]:
        conn.sendall(os.fsencode(message))


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
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            with conn:
                serve(conn)
        except OSError as error:
            print(peer, error, flush=True)


main()
