# kills any-bytes@plain: perhaps it takes the text for UTF-8, which it need not be: keep it as
# Mistake: it dies at a text that is not UTF-8
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
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            if 4 <= len(data) <= MOST:
                text = data[4:].decode()
                text = "".join(c.upper() if c.isascii() else c for c in text)
                sock.sendto(data[:4] + text.encode(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
