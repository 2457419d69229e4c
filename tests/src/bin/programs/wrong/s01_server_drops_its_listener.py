# kills echo-bytes@plain: its listening socket is closed
# kills pair-talks@plain: its listening socket is closed
# never: SO_LINGER
# never: length 0
# never: mend the client
# Mistake: the listening socket is closed when the first client waits for `accept`, and the program goes on.
# Breaks "a server serves client after client"; seen from outside: the kernel resets the client that waits, and refuses each later one.
import select
import socket
import sys
import time


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, port = address.rsplit(":", 1)
    try:
        listener = socket.create_server((host, int(port)))
    except OSError as error:
        sys.exit(f"cannot listen on {address}: {error}")
    print("listening on", address, flush=True)
    select.select([listener], [], [])
    listener.close()
    while True:
        time.sleep(3600)


main()
