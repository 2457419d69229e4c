# kills refuses-bad-sizes@plain: check it before you answer it (a parser of numbers accepts more than that)
# Mistake: it looks at both ends of the size and leaves the rest to int(), which takes `_` between digits.
# Breaks "1 to 8 digits, no sign, no blank, no leading zero except `0` itself, at most 67108864; else it is an error"; seen from outside: the size `1_0` is answered with `receive ok`, and ten bytes are awaited.
import socket
import sys

LIMIT = 67108864


def parse(data):
    if len(data) > 8 or not data[:1].isdigit() or not data[-1:].isdigit() or (len(data) > 1 and data[:1] == b"0"):
        raise ValueError(f"not a size: {data}")
    size = int(data)
    if size > LIMIT:
        raise ValueError(f"too large: {data}")
    return size


def read_exactly(sock, size):
    body = bytearray()
    while len(body) < size:
        data = sock.recv(min(size - len(body), 65536))
        if not data:
            raise ValueError("the server ended inside a message")
        body += data
    return body


def hear(host, port):
    count = 0
    with socket.create_connection((host, port)) as sock:
        while True:
            data = sock.recv(1024)
            if not data:
                break
            size = parse(data)
            sock.sendall(b"receive ok")
            body = read_exactly(sock, size)
            count += 1
            sys.stdout.buffer.write(b"message %d: " % count + body + b"\n")
            sys.stdout.buffer.flush()


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        hear(host, int(port))
    except (OSError, ValueError) as error:
        sys.exit(f"{address}: {error}")


main()
