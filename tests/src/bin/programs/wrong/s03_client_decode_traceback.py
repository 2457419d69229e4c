# kills any-bytes@slice: bytes that are no UTF-8: perhaps they were taken for text; work on the bytes
# Mistake: it decodes each read as UTF-8 and catches no error.
# Breaks "never a panic or a backtrace; TEXT is the raw bytes"; seen from outside: a character cut in two, or FF, ends it with a UnicodeDecodeError traceback.
import socket
import sys


def hear(host, port):
    reads = total = 0
    with socket.create_connection((host, port)) as sock:
        while True:
            data = sock.recv(1024)
            if not data:
                break
            reads += 1
            total += len(data)
            print(f"read {reads}: {len(data)} bytes: {data.decode('utf-8')}", flush=True)
    print(f"total: {total} bytes in {reads} reads", flush=True)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        hear(host, int(port))
    except OSError as error:
        sys.exit(f"{address}: {error}")


main()
