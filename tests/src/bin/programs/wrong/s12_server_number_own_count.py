# kills any-order@plain: the text is right and the number is not: the reply bears the number of
# kills big-numbers@plain: the text is right and the number is not: the reply bears the number of
# Mistake: the reply bears the count of its replies, not the request's number
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
    count = 0
    while True:
        try:
            data, client = sock.recvfrom(MOST + 1)
            if 4 <= len(data) <= MOST:
                count += 1
                sock.sendto(count.to_bytes(4, "big") + data[4:].upper(), client)
        except OSError as e:
            print("server:", e, file=sys.stderr)


main()
