# kills beside-a-slow-reader@plain: nobody serves this client beside a client that reads nothing
# Mistake: it waits with poll until it can read, and then answers with a sendall that blocks.
# Breaks "a silent client blocks nobody"; seen from outside: one client that sends much and reads nothing stops the answers to all others.
import os
import select
import signal
import socket
import sys
import time


def say(fd, text):
    try:
        os.write(fd, (text + "\n").encode("utf-8", "backslashreplace"))
    except OSError:
        pass


def listen(host, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener


def answer(conn):
    """False when this client is through."""
    try:
        data = conn.recv(4096)
        conn.sendall(data.upper())
        return bool(data)
    except OSError as error:
        say(1, f"a client left: {error}")
        return False


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = address.rpartition(":")
    try:
        listener = listen(host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        say(2, f"cannot listen on {address}: {error}")
        return 1
    say(1, f"listening on {address}")
    poll, clients = select.poll(), {}
    poll.register(listener, select.POLLIN)
    while True:
        for fd, _event in poll.poll():
            if fd == listener.fileno():
                try:
                    conn, _peer = listener.accept()
                except OSError as error:
                    say(2, f"accept: {error}")
                    time.sleep(0.05)
                    continue
                clients[conn.fileno()] = conn
                poll.register(conn, select.POLLIN)
            elif not answer(clients[fd]):
                poll.unregister(fd)
                clients.pop(fd).close()


signal.signal(signal.SIGINT, signal.SIG_DFL)
while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # no socket may become fd 0, 1 or 2
    pass
os.close(fd)
sys.exit(main())
