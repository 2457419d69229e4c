# kills pushes-large@plain: the body stops after
# Mistake: it sends a frame with `send` and never looks how much went; its send buffer is small and its sends have a time limit.
# Breaks "then that many bytes"; seen from outside: of a message of 99000 bytes to a client that reads late only a part arrives, then FIN or the next frame.
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
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    conn.settimeout(10)
    for message in messages:
        conn.send(frame(message))
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
