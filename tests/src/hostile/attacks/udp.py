tried("UDP", lambda: call((socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", W["udp"])))
