# kills says-why-it-cannot-bind@plain: `bind` or `listen` has failed, so there is nothing to serve
# Mistake: when the port is taken it lets the kernel choose another one.
# Breaks "binds the address and no other, or says why it cannot and exits"; seen from outside: a second server lives on and listens on a port that nobody asked for.
import errno
import os
import signal
import socket
import sys
import threading
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def serve(conn, peer):
    try:
        with conn:
            while data := conn.recv(4096):
                conn.sendall(data.upper())
    except OSError as error:
        say(1, f"{peer}: {error}")


def listen(host, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        try:
            listener.bind((host, port))
            break
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == 0:
                raise
            port = 0
    listener.listen(128)
    return listener


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        listener = listen(host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        say(2, f"cannot listen on {address}: {error}")
        return 1
    say(1, f"listening on {address}")
    while True:
        try:
            conn, peer = listener.accept()
        except OSError as error:
            say(2, f"accept: {error}")
            time.sleep(0.05)
            continue
        threading.Thread(target=serve, args=(conn, peer), daemon=True).start()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
