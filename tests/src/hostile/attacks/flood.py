def flood():
    for _ in range(60):
        if os.fork() == 0:
            os.memfd_create(MARK)
            for _ in range(100):
                os.write(1, b"flood " * 100 + b"\n")
            until = time.monotonic() + 300
            while time.monotonic() < until and not os.path.exists(W["stop"]):
                time.sleep(0.05)
            os._exit(0)
    return "60 processes"


tried("fork", flood)
