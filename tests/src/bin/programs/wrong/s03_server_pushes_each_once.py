# kills pushes-messages@plain: a message that is given twice was pushed once
# never: the push stops after
# Mistake: it keeps its messages in a dictionary, so that equal ones are one.
# Breaks "on each connection one write a message"; seen from outside: a message that is given twice comes once.
import socket
import sys


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    messages = dict.fromkeys(sys.argv[2:] or ["hello", "sticky", "world"])
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)))
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    while True:
        conn, peer = listener.accept()
        try:
            with conn:
                for message in messages:
                    conn.sendall(message.encode("utf-8", "surrogateescape"))
        except OSError as error:
            print(peer, error, flush=True)


main()
