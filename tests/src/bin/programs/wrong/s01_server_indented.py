# kills echo-bytes@plain: IndentationError: unexpected indent (s01_server_indented.py:
# Mistake: a line of it is indented too far, so Python runs nothing of it.
# Breaks "listens at the address"; seen from outside: it exits with status 1, and its standard error has no traceback.
  import os, signal, socket, sys, time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    host, port = address.rsplit(":", 1)
    if not host:
        raise ValueError("not HOST:PORT")
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen()
except (OSError, ValueError, OverflowError) as e:
    say(2, f"cannot bind {address}: {e}")
    sys.exit(1)
say(1, "listening on " + address)
while True:
    try:
        conn, peer = listener.accept()
    except OSError as e:
        say(2, f"accept: {e}")
        time.sleep(0.05)
        continue
    with conn:
        try:
            while chunk := conn.recv(7):
                conn.sendall(chunk)
            say(1, f"{peer}: end")
        except OSError as e:
            say(1, f"{peer}: {e}")
