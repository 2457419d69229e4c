# kills pushes-defaults@plain: waits for the client to send first
# Mistake: it waits until the client says something before it sends.
# Breaks "the server pushes: on each connection …"; seen from outside: a client that only listens gets nothing.
import json
import os
import socket
import struct
import sys
import time


def frame(message):
    header = json.dumps({"data_size": len(message)}).encode()
    return struct.pack("!I", len(header)) + header + message


def drain(conn):
    end = time.monotonic() + 1
    while (left := end - time.monotonic()) > 0:
        conn.settimeout(left)
        if not conn.recv(4096):
            break


def push(conn, messages):
    if not conn.recv(1024):
        return
    for message in messages:
        conn.sendall(frame(message))
    conn.shutdown(socket.SHUT_WR)
    drain(conn)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    messages = [os.fsencode(word) for word in sys.argv[2:]] or [b"hello", b"from the server", b"goodbye"]
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print("listening on", address, flush=True)
    while True:
        try:
            conn, peer = listener.accept()
        except OSError as error:
            print("accept:", error, file=sys.stderr, flush=True)
            time.sleep(0.05)
            continue
        with conn:
            try:
                push(conn, messages)
            except OSError as error:
                print(peer, error, flush=True)


main()
