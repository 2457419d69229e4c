# kills reset-between-lines@plain: the error went unhandled: a person needs one clear line, not a backtrace
# Mistake: it handles errors where it waits for a reply, and not where it sends a line.
import os, signal, socket, sys

signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
replies = []
problem = None
try:
    host, port = address.rsplit(":", 1)
    if not host:
        raise ValueError("not HOST:PORT")
    with socket.create_connection((host, int(port))) as sock, open(0, "rb", closefd=False) as stdin:
        for line in stdin:
            if line.endswith(b"\r\n"):
                line = line[:-2]
            elif line.endswith(b"\n"):
                line = line[:-1]
            if line == b"":
                continue
            if line == b"q":
                break
            sock.sendall(line)
            try:
                reply = sock.recv(1024)
            except OSError as e:
                problem = str(e)
                break
            if reply == b"":
                problem = "the server closed the connection"
                break
            replies.append(reply + b"\n")
except (socket.gaierror, ConnectionRefusedError, ValueError, OverflowError) as e:
    problem = str(e)
try:
    data = b"".join(replies)
    while data:
        data = data[os.write(1, data):]
except OSError as e:
    problem = problem or f"standard output: {e}"
if problem:
    try:
        os.write(2, f"client: {address}: {problem}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass
    sys.exit(1)
