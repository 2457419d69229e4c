def found(text):
    return W["token"] if W["token"] in text else "nothing of the teacher's"


def memory(pid):
    with open(f"/proc/{pid}/mem", "rb"):
        return W["token"]


tried("its own", lambda: found(str(os.environ)))
for pid in runners("judge") + runners("__student")[:1]:
    tried("environ", lambda: found(open(f"/proc/{pid}/environ").read()))
    tried("memory", lambda: memory(pid))
