# kills fin-ends-connection@plain: was broken off (RST) instead of ended
# Mistake: it sets SO_LINGER to zero seconds to be rid of TIME_WAIT, so its close is an RST.
# Breaks "then it closes that connection (with FIN: an RST would destroy what is still on its way)"; seen from outside: after its half-close the client gets ECONNRESET instead of the end, and loses replies it has not read.
import socket
import struct
import sys


def serve(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            return
        conn.sendall(data)


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
