# right: keeps the last replies, and sends a repeated request its old one again
import collections
import socket
import sys


def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
    host = host.strip("[]")
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((host, int(port)))
    except OSError as e:
        print("cannot bind %s:%s: %s" % (host, port, e.strerror), file=sys.stderr)
        return 2
    replies = collections.OrderedDict()
    while True:
        data, flags, client = None, 0, None
        try:
            data, _, flags, client = sock.recvmsg(1028)
        except OSError as e:
            print("receive:", e.strerror, file=sys.stderr)
            continue
        if flags & socket.MSG_TRUNC or len(data) < 4:
            continue
        key = client, data
        if key in replies:
            print("again:", client, flush=True)
        else:
            replies[key] = data[:4] + data[4:].upper()
            if len(replies) > 1000:
                replies.popitem(last=False)
        try:
            sock.sendto(replies[key], client)
        except OSError as e:
            print("send:", e.strerror, file=sys.stderr)


sys.exit(main())
