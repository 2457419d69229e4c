# kills keeps-boundaries@plain: requests that wait at the same time are not joined: each `recv_from`
# Mistake: it takes everything out of its queue, and answers only the newest datagram
import socket
import sys

host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
host = host.strip("[]")
try:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, int(port)))
except (OSError, ValueError) as error:
    print("server:", error, file=sys.stderr)
    sys.exit(1)

while True:
    sock.setblocking(True)
    data, client = sock.recvfrom(2048)
    newest = [(data, client)]
    sock.setblocking(False)
    try:
        while True:
            newest = [sock.recvfrom(2048)]
    except BlockingIOError:
        pass
    data, client = newest[0]
    if 4 <= len(data) <= 1028:
        sock.sendto(data[:4] + data[4:].upper(), client)
