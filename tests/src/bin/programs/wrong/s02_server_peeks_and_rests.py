# kills many-requests@plain: `peek` leaves them in the kernel
# never: send exactly the bytes of the line
# never: mend the client
# Mistake: it receives with MSG_PEEK, and so replies to the same bytes again and again.
# Breaks "answers each request once"; seen from outside: the first reply comes again every 20 ms.
import socket
import sys
import time


def serve(conn):
    while True:
        data = conn.recv(1024, socket.MSG_PEEK)
        if not data:
            return
        conn.sendall(data.upper())
        time.sleep(0.02)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)))
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    while True:
        conn, peer = listener.accept()
        try:
            with conn:
                serve(conn)
        except OSError as error:
            print(peer, error, flush=True)


main()
