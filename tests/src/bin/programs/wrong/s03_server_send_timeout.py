# kills waits-for-client@plain: it gave up by a time limit of its own
# Mistake: its socket has a time limit of 1.5 s, and a client that reads later than that is taken for gone.
# A client that takes nothing for two seconds gets only a part of the messages.
import os, signal, socket, sys, threading, time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def serve(conn, peer, messages):
    with conn:
        conn.settimeout(1.5)
        try:
            for message in messages:
                conn.sendall(message)
            conn.shutdown(socket.SHUT_WR)
            deadline = time.monotonic() + 1
            while (left := deadline - time.monotonic()) > 0:
                conn.settimeout(left)
                if not conn.recv(4096):
                    break
        except TimeoutError:
            pass
        except OSError as e:
            say(1, f"{peer}: {e}")


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
        pass
    os.close(fd)
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [os.fsencode(a) for a in sys.argv[2:]] or [b"good morning", b"good afternoon", b"good night"]
    try:
        host, port = address.rsplit(":", 1)
        if not host:
            raise ValueError("not HOST:PORT")
        listener = socket.create_server((host, int(port)), backlog=64)
    except (OSError, ValueError, OverflowError) as e:
        say(2, f"server: cannot bind {address}: {e}")
        return 1
    say(1, f"listening on {address}")
    while True:
        try:
            conn, peer = listener.accept()
        except OSError as e:
            say(2, f"server: accept: {e}")
            time.sleep(0.05)
            continue
        say(1, f"{peer}: connected")
        thread = threading.Thread(target=serve, args=(conn, peer, messages), daemon=True)
        try:
            thread.start()
        except RuntimeError:
            serve(conn, peer, messages)


sys.exit(main())
