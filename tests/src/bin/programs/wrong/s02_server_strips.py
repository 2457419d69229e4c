# kills only-ascii-letters@plain: reply to every byte that `read` returned, and do not trim it
# Mistake: it strips the white space at both ends of what it read.
# Breaks "every other byte stays as it is"; seen from outside: ` a ` comes back as `A`, and a lone blank gets no reply at all.
import socket, sys, time


def upper(data):
    return bytes(b - 32 if 97 <= b <= 122 else b for b in data)


def serve(connection):
    while True:
        data = connection.recv(1024)
        if not data:
            return
        connection.sendall(upper(data.strip()))


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
