# kills nobody-listens@plain: the error went unhandled: a person needs one clear line, not
# kills server-resets@plain: the error went unhandled: a person needs one clear line
# Mistake: it catches nothing, so a server that is gone ends it with a traceback.
# Breaks "says a clear line on standard error; never a panic or a backtrace"; seen from outside: with no server, or one that resets, standard error holds `Traceback (most recent call last)`.
import socket
import sys


def talk(host, port):
    with socket.create_connection((host, port)) as sock:
        while True:
            if sys.stdin.isatty():
                print(">> ", end="", flush=True)
            line = sys.stdin.buffer.readline()
            if not line:
                return
            if line.endswith(b"\n"):
                line = line[:-1].removesuffix(b"\r")
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
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    talk(host, int(port))


main()
