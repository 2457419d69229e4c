# kills too-short@plain: a datagram of fewer than 4 bytes has no number: look at its length
# kills beside-bad-ones@plain: what one client sends concerns its datagram only: ignore it, and go on
# Mistake: it keeps datagrams of less than 4 bytes, and joins the next one to them, as in a stream
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
    rest = b""
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            data, rest = rest + data, b""
            if len(data) < 4:
                rest = data
            elif len(data) <= MOST:
                sock.sendto(data[:4] + data[4:].upper(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
