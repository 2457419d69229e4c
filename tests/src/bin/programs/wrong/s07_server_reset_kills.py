# kills rst-while-reading@plain: what one client does must end its connection only, never the server
# kills rst-while-writing@plain: what one client does must end its connection only, never the server
# Mistake: it expects an empty read when a client goes, and never the exception that a reset raises.
# Breaks "a client that vanishes (FIN, RST) ends its connection, not the server"; seen from outside: an RST in a connection ends the server with a ConnectionResetError traceback.
import os
import signal
import socket
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def serve(conn, peer):
    with conn:
        while data := conn.recv(4096):
            conn.sendall(data.upper())
    say(1, f"{peer} is done")


def listen(host, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
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
        serve(conn, peer)


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
