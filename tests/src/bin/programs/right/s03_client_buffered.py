# right: plain Python whose output sits in a buffer until it exits.
import io, os, signal, socket, sys

signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
out = io.BytesIO()
problem = None
try:
    host, port = address.rsplit(":", 1)
    if not host:
        raise ValueError("not HOST:PORT")
    with socket.create_connection((host, int(port))) as sock:
        reads = total = 0
        while data := sock.recv(1024):
            reads += 1
            total += len(data)
            out.write(b"read %d: %d bytes: %b\n" % (reads, len(data), data))
        out.write(b"total: %d bytes in %d reads\n" % (total, reads))
except (OSError, ValueError, OverflowError) as e:
    problem = f"{address}: {e}"
try:
    data = out.getvalue()
    while data:
        data = data[os.write(1, data):]
except OSError as e:
    problem = problem or f"standard output: {e}"
if problem:
    try:
        os.write(2, f"client: {problem}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass
    sys.exit(1)
