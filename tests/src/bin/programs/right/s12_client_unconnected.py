# right: an unconnected socket that compares addresses, select; always a prompt, and a diary on standard output
import os
import select
import socket
import sys
import time

HELLO = b">> "


def out(data):
    while data:
        data = data[os.write(1, data):]


def reply_to(sock, server, request):
    for attempt in range(1, 6):
        sock.sendto(request, server)
        sent = time.monotonic()
        while True:
            left = sent + 0.2 - time.monotonic()
            if left <= 0 or not select.select([sock], [], [], left)[0]:
                break
            data, peer = sock.recvfrom(65535)
            if peer[:2] == server[:2] and data[:4] == request[:4]:
                return data[4:]
            out(b"(%d bytes of somebody ignored)\n" % len(data))
        out(b"(time is over after try %d)\n" % attempt)
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
            out(HELLO)
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
