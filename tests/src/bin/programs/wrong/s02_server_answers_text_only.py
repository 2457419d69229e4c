# kills only-ascii-letters@plain: the server replies to text; when the bytes were no UTF-8, it sent nothing
# Mistake: it decodes what it read, and skips what is no UTF-8.
# Breaks "every other byte stays as it is"; seen from outside: bytes that are no text get no reply.
import socket, sys, time


def upper(data):
    return bytes(b - 32 if 97 <= b <= 122 else b for b in data)


def serve(connection):
    while True:
        data = connection.recv(1024)
        if not data:
            return
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        connection.sendall(upper(text.encode()))


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    listener = socket.create_server((host, int(port)))
    while True:
        try:
            connection, _ = listener.accept()
        except OSError as error:
            print(f"accept: {error}", file=sys.stderr)
            time.sleep(0.05)
            continue
        with connection:
            try:
                serve(connection)
            except OSError as error:
                print(error, file=sys.stderr)


main()
