# kills same-numbers@plain: perhaps this is the reply to another request, or to another client's
# kills new-socket@plain: perhaps this is the reply to another request, or to another client's
# Mistake: it sends each reply to every client that it knows
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
    clients = set()
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            if 4 <= len(data) <= MOST:
                clients.add(client)
                for one in clients:
                    sock.sendto(data[:4] + data[4:].upper(), one)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
