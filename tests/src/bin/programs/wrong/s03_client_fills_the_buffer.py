# kills pair-reads@slice: reads were joined before they were reported
# kills reports-reads@dribble: reads were joined before they were reported
# Mistake: it reads from sock.makefile(), whose read(1024) waits until it has 1024 bytes.
# Breaks "prints, for each read, `read K: N bytes: TEXT`"; seen from outside: pieces that come a second apart are printed together as one read.
import socket
import sys


def hear(host, port):
    reads = total = 0
    with socket.create_connection((host, port)) as sock:
        stream = sock.makefile("rb")
        while True:
            data = stream.read(1024)
            if not data:
                break
            reads += 1
            total += len(data)
            sys.stdout.buffer.write(b"read %d: %d bytes: " % (reads, len(data)))
            sys.stdout.buffer.write(data + b"\n")
            sys.stdout.buffer.flush()
    print(f"total: {total} bytes in {reads} reads", flush=True)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        hear(host, int(port))
    except OSError as error:
        sys.exit(f"{address}: {error}")


main()
