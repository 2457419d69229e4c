# kills many-clients@plain: a reply goes to the address that `recv_from` returned with its request
# kills late-client@plain: perhaps the server serves one client, or a few, and forgets the others
# Mistake: it knows eight clients, and answers no ninth
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
                if len(clients) < 8:
                    clients.add(client)
                if client in clients:
                    sock.sendto(data[:4] + data[4:].upper(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
