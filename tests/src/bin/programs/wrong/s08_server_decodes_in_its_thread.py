# kills beside-a-silent-client@plain: a thread of the server ended with an error: UnicodeDecodeError
# kills only-ascii-letters@plain: a thread of the server ended with an error: UnicodeDecodeError
# never: nobody serves this client
# never: it must write back what one `read` gave
# Mistake: it decodes what one `recv` returned as UTF-8; the thread dies of the error, and its socket stays open.
# Breaks "bytes that are no text are no error"; seen from outside: silence, and a traceback on standard error.
import socket
import sys
import threading

CLIENTS = []


def serve(conn):
    while data := conn.recv(1024):
        text = data.decode()
        conn.sendall("".join(c.upper() if c.isascii() else c for c in text).encode())
    conn.close()


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    while True:
        conn, peer = listener.accept()
        CLIENTS.append(conn)
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
