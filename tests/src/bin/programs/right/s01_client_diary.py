# right: plain blocking Python; it always prompts, and keeps a diary beside the replies, on stdout and stderr.
import os, signal, socket, sys


def put(fd, data):
    while data:
        data = data[os.write(fd, data):]


def note(text):
    try:
        put(2, ("[diary] " + text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def lines():
    rest = b""
    while data := os.read(0, 4096):
        rest += data
        *whole, rest = rest.split(b"\n")
        for line in whole:
            yield line[:-1] if line.endswith(b"\r") else line
    if rest:
        yield rest


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    count = 0
    try:
        host, port = address.rsplit(":", 1)
        if not host:
            raise ValueError("not HOST:PORT")
        with socket.create_connection((host, int(port))) as sock:
            note(f"connected to {address} from {sock.getsockname()}")
            put(1, b"Welcome to the diary. Say something, or q.\n>> ")
            for line in lines():
                if not line:
                    note("an empty line, nothing sent")
                    continue
                if line == b"q":
                    break
                sock.sendall(line)
                note(f"sent {len(line)} bytes, now waiting")
                reply = sock.recv(1024)
                if not reply:
                    raise ConnectionError("the server closed the connection")
                count += 1
                put(1, reply + b"\n(answer " + str(count).encode() + b")\n>> ")
            put(1, b"\nGoodbye, dear diary.\n")
    except (OSError, ValueError, OverflowError) as e:
        note(f"error: {e}")
        return 1
    note(f"{count} answers today")
    return 0


sys.exit(main())
