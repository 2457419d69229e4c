# right, slow: one sendall a frame, Nagle on, and a rest of 0.2 s before it closes.
import json
import socket
import sys
import threading
import time

MESSAGES = ["one", "two", "", "three"]


def push(client, messages):
    with client:
        try:
            for message in messages:
                body = message.encode(errors="surrogateescape")
                header = json.dumps({"data_size": len(body)}).encode()
                client.sendall(len(header).to_bytes(4, "big") + header + body)
            # Closing would send off what Nagle's algorithm holds back; until then a frame waits for an acknowledgement.
            time.sleep(0.2)
        except OSError as error:
            print(f"a client is gone: {error}", file=sys.stderr)


def main():
    host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
    messages = sys.argv[2:] or MESSAGES
    try:
        listener = socket.create_server((host, int(port)), backlog=128)
    except OSError as error:
        sys.exit(f"cannot listen at {host}:{port}: {error}")
    print(f"listening on {host}:{port}", flush=True)
    while True:
        try:
            client, _ = listener.accept()
        except OSError as error:
            print(f"accept: {error}", file=sys.stderr)
            time.sleep(0.1)
            continue
        threading.Thread(target=push, args=(client, messages), daemon=True).start()


main()
