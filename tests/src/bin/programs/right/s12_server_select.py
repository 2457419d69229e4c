# right: selectors, a non-blocking socket, replies wait in a queue; number 0 is ignored
import collections
import selectors
import socket
import struct
import sys

ASCII = bytes(byte - 32 if 97 <= byte <= 122 else byte for byte in range(256))


def read(sock, queue):
    buffer = bytearray(65536)
    while True:
        try:
            n, client = sock.recvfrom_into(buffer)
        except BlockingIOError:
            return
        except OSError as e:
            print("server: receive:", e, file=sys.stderr)
            continue
        if not 4 <= n <= 1028:
            print("server: ignored %d bytes of %s" % (n, client), file=sys.stderr)
            continue
        (number,) = struct.unpack_from("!I", buffer)
        if number > 0:
            queue.append((struct.pack("!I", number) + buffer[4:n].translate(ASCII), client))


def write(sock, queue):
    while queue:
        reply, client = queue[0]
        try:
            sock.sendto(reply, client)
        except BlockingIOError:
            return
        except OSError as e:
            print("server: send:", e, file=sys.stderr)
        queue.popleft()


def main():
    host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
    try:
        family, kind, _, _, addr = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_DGRAM)[0]
        sock = socket.socket(family, kind)
        sock.bind(addr)
    except OSError as e:
        print("server:", e, file=sys.stderr)
        return 1
    sock.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(sock, selectors.EVENT_READ)
    queue = collections.deque()
    while True:
        selector.select()
        read(sock, queue)
        write(sock, queue)
        selector.modify(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if queue else 0))


sys.exit(main())
