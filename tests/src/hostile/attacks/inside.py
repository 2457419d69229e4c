tried("the link", lambda: open(os.path.join(HERE, "notes.txt")).read().split("\n")[0])
tried("the pipe", lambda: "there" if os.path.exists(os.path.join(HERE, "pipe")) else "not there")
