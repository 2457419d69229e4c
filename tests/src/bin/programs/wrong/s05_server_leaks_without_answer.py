# kills keeps-no-sockets@plain: the server must close every connection that is over
# Mistake: it closes a connection after the last message only; a client that fails to answer is forgotten, its socket kept.
# Breaks "anything but `receive ok` ends the connection"; seen from outside: each client that resets costs a file descriptor, until none is left.
import os
import socket
import sys
import time


def answered(conn):
    answer = b""
    while len(answer) < 10:
        data = conn.recv(10 - len(answer))
        if not data:
            return False
        answer += data
    return answer == b"receive ok"


def push(conn, messages):
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for message in messages:
        conn.sendall(str(len(message)).encode())
        if not answered(conn):
            conn.shutdown(socket.SHUT_RDWR)
            return
        conn.sendall(message)
    conn.close()


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = [os.fsencode(arg) for arg in sys.argv[2:]] or [b"hello", b"from the server", b"goodbye"]
    host, _, port = address.rpartition(":")
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except (OSError, ValueError) as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print(f"listening on {address}", flush=True)
    clients = []
    while True:
        try:
            conn, peer = listener.accept()
        except OSError:
            time.sleep(0.05)
            continue
        clients.append(conn)
        try:
            push(conn, messages)
        except OSError as error:
            print(f"{peer}: {error}", flush=True)


main()
