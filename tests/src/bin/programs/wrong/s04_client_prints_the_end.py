# kills nothing-pushed@plain: bytes is the end, and no message
# Mistake: it prints what it read before it asks whether that was the end.
# Breaks "The client takes each read for a message (a read of 0 bytes is the end, not a message)"; seen from outside: after three messages it prints a fourth, empty one.
import socket
import sys


def hear(host, port):
    count = 0
    with socket.create_connection((host, port)) as sock:
        while True:
            data = sock.recv(1024)
            count += 1
            sys.stdout.buffer.write(b"message %d: " % count + data + b"\n")
            sys.stdout.buffer.flush()
            if not data:
                break


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        hear(host, int(port))
    except (OSError, ValueError) as error:
        sys.exit(f"{address}: {error}")


main()
