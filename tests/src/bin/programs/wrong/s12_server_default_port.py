# kills listens-by-default@plain: without an argument, the address is 127.0.0.1:8888
# Mistake: its default port is another one.
import socket
import sys

MOST = 4 + 1024


def main():
    addr = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:18888"
    host, _, port = addr.rpartition(":")
    host = host.strip("[]")
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((host, int(port)))
    except (OSError, ValueError) as e:
        sys.exit("server: cannot bind %s: %s" % (addr, e))
    print("listening on", addr, flush=True)
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            number, text = data[:4], data[4:]
            print("server: %d bytes from %s" % (len(data), client), flush=True)
            if 4 <= len(data) <= MOST:
                sock.sendto(number + text.upper(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
