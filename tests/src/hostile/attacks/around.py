tried("MPTCP", lambda: call((socket.AF_INET, socket.SOCK_STREAM, 262), ("127.0.0.1", W["tcp"])))


def fast():
    sock = socket.socket()
    return sock.sendto((MARK + "\n").encode(), socket.MSG_FASTOPEN, ("127.0.0.1", W["tcp"]))


tried("TCP Fast Open", fast)
