# right: plain iterative Python that logs very much on stdout and stderr, byte dumps included.
import os, signal, socket, sys, time


def say(fd, data):
    try:
        while data:
            data = data[os.write(fd, data):]
    except OSError:
        pass


def log(text):
    line = (f"{time.time():.6f} " + text + "\n").encode("utf-8", "backslashreplace")
    say(1, b"INFO  " + line)
    say(2, b"DEBUG " + line)


def upper(data):
    return bytes(b - 32 if 97 <= b <= 122 else b for b in data)


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    try:
        host, port = address.rsplit(":", 1)
        if not host:
            raise ValueError("not HOST:PORT")
        listener = socket.create_server((host, int(port)))
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"ERROR cannot bind {address}: {e}\n".encode("utf-8", "backslashreplace"))
        return 3
    for i in range(50):
        log(f"starting up, step {i + 1} of 50 " + "." * 60)
    log(f"listening on {address}")
    number = 0
    while True:
        try:
            conn, peer = listener.accept()
        except OSError as e:
            log(f"accept: {e}")
            time.sleep(0.05)
            continue
        number += 1
        log(f"connection {number} from {peer}")
        with conn:
            try:
                while True:
                    data = conn.recv(1024)
                    log(f"connection {number}: received {len(data)} bytes: {data!r}")
                    if not data:
                        break
                    reply = upper(data)
                    conn.sendall(reply)
                    log(f"connection {number}: sent {len(reply)} bytes: {reply.hex(' ')}")
            except OSError as e:
                log(f"connection {number}: error: {e} (never mind, next please)")
        log(f"connection {number} closed")


sys.exit(main())
