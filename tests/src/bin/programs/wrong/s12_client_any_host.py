# kills from-elsewhere@plain: a reply counts only when it comes from the server's address: `connect`
# Mistake: it takes a reply from the server's port on any host
import os
import select
import socket
import sys
import time


def out(data):
    while data:
        data = data[os.write(1, data):]


def reply_to(sock, server, request):
    for _ in range(5):
        sock.sendto(request, server)
        sent = time.monotonic()
        while True:
            left = sent + 0.2 - time.monotonic()
            if left <= 0 or not select.select([sock], [], [], left)[0]:
                break
            data, peer = sock.recvfrom(65535)
            if peer[1] == server[1] and data[:4] == request[:4]:
                return data[4:]
    return None


def main():
    host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
    family, kind, _, _, server = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, kind)
    number = 0
    for line in iter(sys.stdin.buffer.readline, b""):
        text = line[:-1] if line[-1:] == b"\n" else line
        if line[-2:] == b"\r\n":
            text = line[:-2]
        if text == b"q":
            return 0
        if len(text) > 1024:
            print("client: %d bytes are too many for a datagram" % len(text), file=sys.stderr)
            return 1
        if text:
            number += 1
            reply = reply_to(sock, server, number.to_bytes(4, "big") + text)
            if reply is None:
                print("client: line %d: no reply in five tries" % number, file=sys.stderr)
                return 1
            out(reply + b"\n")
    return 0


try:
    sys.exit(main())
except OSError as e:
    print("client: %s" % e, file=sys.stderr)
    sys.exit(1)
