# kills any-order@plain: perhaps the server expects certain numbers: it answers every number
# kills repeated-requests@plain: a request that comes again is answered again: its first reply was
# Mistake: it expects 1, 2, 3 … of each client, and ignores every other number
import socket
import sys

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
    last = {}
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            number = int.from_bytes(data[:4], "big")
            if 4 <= len(data) <= MOST and number - last.get(client, 0) in (0, 1):
                last[client] = number
                sock.sendto(data[:4] + data[4:].upper(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
