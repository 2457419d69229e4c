# kills quits-at-end-of-input@plain: the end of the input is no error
# Mistake: it reads with input() and does not catch the EOFError at the end of input.
# Breaks "end of input ends them; otherwise exits 0; never a backtrace"; seen from outside: an input without `q` ends it with a traceback and status 1.
import os
import socket
import sys


def talk(host, port):
    with socket.create_connection((host, port)) as sock:
        while True:
            if sys.stdin.isatty():
                print(">> ", end="", flush=True)
            line = os.fsencode(input().removesuffix("\r"))
            if not line:
                continue
            if line == b"q":
                return
            sock.sendall(line)
            reply = sock.recv(1024)
            if not reply:
                sys.exit("the server has closed the connection")
            sys.stdout.buffer.write(reply + b"\n")
            sys.stdout.buffer.flush()


def main():
    sys.stdin.reconfigure(encoding=sys.getfilesystemencoding(), errors="surrogateescape", newline="\n")
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        talk(host, int(port))
    except OSError as error:
        sys.exit(f"{address}: {error}")


main()
