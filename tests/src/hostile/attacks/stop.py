for pid in runners("judge") or runners("__student"):
    tried("stop", lambda: os.kill(pid, signal.SIGSTOP))
