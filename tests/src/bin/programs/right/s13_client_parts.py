# right: parts of 4 KiB; it reads the reply to each before it sends the next.
import socket
import sys



def call(address):
    if address.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(address[5:])
        return sock
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)))


address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
try:
    with call(address) as sock:
        for line in open(0, "rb", closefd=False):
            line = line.rstrip(b"\n").removesuffix(b"\r")
            if not line:
                continue
            if line == b"q":
                break
            reply = b""
            for at in range(0, len(line), 4096):
                sock.sendall(line[at:at + 4096])
                end = min(at + 4096, len(line))
                while len(reply) < end:
                    data = sock.recv(end - len(reply))
                    if not data:
                        raise OSError("the server has ended the connection inside a reply")
                    reply += data
            sys.stdout.buffer.write(reply + b"\n")
            sys.stdout.buffer.flush()
except (OSError, ValueError) as error:
    sys.exit(f"client: {address}: {error}")
