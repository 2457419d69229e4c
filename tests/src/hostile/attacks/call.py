tried("TCP", lambda: call((socket.AF_INET, socket.SOCK_STREAM), ("127.0.0.1", W["tcp"])))
