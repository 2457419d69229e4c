survive(lambda: None)
tried("the keeper", lambda: os.kill(keeper(), signal.SIGKILL))
