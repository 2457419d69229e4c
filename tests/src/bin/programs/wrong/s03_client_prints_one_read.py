# kills reports-reads@dribble: print the line of each read
# kills reports-reads@slice: print the line of each read
# never: states 1 bytes, where `read` returned 1
# Mistake: it counts every read, and prints the line of the first one only.
# Breaks "prints, for each read, `read K: N bytes: TEXT`"; seen from outside: one line, and a total of all the bytes.
import socket
import sys


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    out = sys.stdout.buffer
    reads = total = 0
    try:
        with socket.create_connection((host, int(port))) as conn:
            while data := conn.recv(1024):
                reads += 1
                total += len(data)
                if reads == 1:
                    out.write(b"read 1: %d bytes: " % len(data) + data + b"\n")
                    out.flush()
    except OSError as error:
        sys.exit(f"{address}: {error}")
    print(f"total: {total} bytes in {reads} reads")


main()
