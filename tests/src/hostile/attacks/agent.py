tried("the agent", lambda: call((socket.AF_UNIX, socket.SOCK_STREAM), W["agent"]))
