# kills beside-a-silent-client@plain: nobody serves this client beside a silent client
# Mistake: it starts a thread for each client and joins it before it accepts the next.
# Breaks "one thread a connection: a silent client blocks nobody"; seen from outside: a second client is connected, but answered only when the first one is gone.
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
    listener.bind((host, port))
    listener.listen(512)
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
        worker = threading.Thread(target=serve, args=(conn, peer))
        worker.start()
        worker.join()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
