tried("/dev/shm", lambda: write("/dev/shm/" + MARK, "x" * (10 << 20)))
