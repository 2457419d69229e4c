# right: socketserver.ThreadingUDPServer, a thread for each datagram; replies may overtake each other
import socket
import socketserver
import sys


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        if 4 <= len(data) <= 1028:
            sock.sendto(data[:4] + data[4:].upper(), self.client_address)


class Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 65535


def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
    host = host.strip("[]")
    if ":" in host:
        Server.address_family = socket.AF_INET6
    try:
        server = Server((host, int(port)), Handler)
    except OSError as e:
        sys.exit("server: %s" % e)
    print("listening", flush=True)
    server.serve_forever()


main()
