# Only asked for, never touched: it costs the machine nothing.
def take():
    mmap.mmap(-1, 5 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return "all of it"


tried("5 GiB", take)
