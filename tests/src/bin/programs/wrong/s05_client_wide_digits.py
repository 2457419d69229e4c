# kills refuses-bad-sizes@plain: check it before you answer it (a parser of numbers accepts more than that)
# Mistake: it asks str.isdigit(), which knows the digits of all scripts.
# Breaks "1 to 8 digits, no sign, no blank, no leading zero except `0` itself, at most 67108864; else it is an error (decimal ASCII digits)"; seen from outside: the size `１２` (fullwidth, six bytes of UTF-8) is answered with `receive ok`.
import socket
import sys

LIMIT = 67108864


def parse(data):
    text = data.decode()
    if len(data) > 8 or not text.isdigit() or (len(text) > 1 and text[0] == "0"):
        raise ValueError(f"not a size: {data}")
    size = int(text)
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
