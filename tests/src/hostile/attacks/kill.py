tried("runners", lambda: runners("judge", "__student"))
for pid in runners("judge", "__student"):
    tried("end", lambda: os.kill(pid, signal.SIGKILL))
