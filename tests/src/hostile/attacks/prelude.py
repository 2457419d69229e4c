# What all attacks share. Each says what came of it.
import json, mmap, os, signal, socket, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
W = json.load(open(os.path.join(HERE, "world.json")))
MARK = W["mark"]


def tried(what, do):
    try:
        came = do()
    except OSError as error:
        came = error.strerror or type(error).__name__
    except MemoryError:
        came = "no memory"
    said = f"TRIED {what}: {came}\n".encode("utf-8", "backslashreplace")
    os.write(2, said)
    if "again" in sys.argv:
        with open(os.path.join(HERE, "said"), "ab") as file:
            file.write(said)


def words(pid):
    try:
        return open(f"/proc/{pid}/cmdline").read().split("\0")
    except OSError:
        return []


def runners(*verbs):
    """The runner's processes of this class, and of no other, that run one of these verbs."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    found = [(pid, words(pid)) for pid in pids]
    return [pid for pid, all in found if any(W["dir"] in word for word in all) and any(v in all for v in verbs)]


def keepers():
    """The keepers above this process, the nearest first."""
    pid, found = os.getppid(), []
    while pid > 1:
        if "__keeper" in words(pid):
            found.append(pid)
        pid = int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
    return found


def survive(act):
    """Ends all keepers, and goes on in a process that nobody waits for, until the class says so, or for five minutes."""
    above = keepers()
    for pid in above:
        tried("reach a keeper", lambda: os.kill(pid, 0))
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            null = os.open("/dev/null", os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
            os.memfd_create(MARK)  # By its name the process is found again.
            for pid in above:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            until = time.monotonic() + 300
            while time.monotonic() < until and not os.path.exists(W["stop"]):
                act()
                time.sleep(0.02)
        os._exit(0)
    os.wait()


def write(path, text="written by " + MARK):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        return file.write(text)


def call(kind, address, *rest):
    sock = socket.socket(*kind)
    sock.settimeout(2)
    sock.connect(address)
    sock.sendall((MARK + "\n").encode())
    sock.close()
    return "called"
