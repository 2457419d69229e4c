# kills prints-messages@glue: the client did not answer the size
# never: an empty message is announced and answered
# Mistake: it receives 1024 bytes at a time until it has enough, and takes what is too much for part of the message.
# Breaks "It never reads past the message"; seen from outside: size `5`, then `hello3` in one piece: it prints `message 1: hello3`, and the size 3 is never answered.
import re
import socket
import sys

LIMIT = 67108864


def parse(data):
    if not re.fullmatch(rb"0|[1-9][0-9]{0,7}", data):
        raise ValueError(f"not a size: {data}")
    size = int(data)
    if size > LIMIT:
        raise ValueError(f"too large: {data}")
    return size


def read_exactly(sock, size):
    body = bytearray()
    while len(body) < size:
        data = sock.recv(1024)
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
