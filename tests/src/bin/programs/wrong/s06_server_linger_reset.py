# kills pushes-defaults@plain: was broken off (RST) instead of ended || one frame for each message || the length before the header || is the number of bytes that follow
# Mistake: it sets SO_LINGER to 0, "so that no TIME_WAIT stays", and closes.
# Breaks "then closes with FIN (an RST would destroy what is still on its way)"; seen from outside: the connection ends with RST, not FIN.
import json
import os
import socket
import struct
import sys
import time


def frame(message):
    header = json.dumps({"data_size": len(message)}).encode()
    return struct.pack("!I", len(header)) + header + message


def push(conn, messages):
    for message in messages:
        conn.sendall(frame(message))
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


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
