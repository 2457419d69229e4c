# kills same-numbers@plain: a reply goes to the address that `recv_from` returned with its request
# kills many-clients@plain: a reply goes to the address that `recv_from` returned with its request
# Mistake: once it has answered a client, it ignores others until that one is silent for 3 s
import socket
import sys
import time

MOST = 4 + 1024


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    host, _, port = addr.rpartition(":")
    host = host.strip("[]")
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((host, int(port)))
    except (OSError, ValueError) as e:
        sys.exit("server: cannot bind %s: %s" % (addr, e))
    print("listening on", addr, flush=True)
    held, until = None, 0
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            if held != client and time.monotonic() < until:
                continue
            held, until = client, time.monotonic() + 3
            if 4 <= len(data) <= MOST:
                sock.sendto(data[:4] + data[4:].upper(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
