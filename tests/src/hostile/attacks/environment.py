def secrets(pid):
    text = open(f"/proc/{pid}/environ").read()
    return [value for value in text.split("\0") if W["token"] in value]


tried("its own", lambda: [value for value in os.environ.values() if W["token"] in value])
for pid in runners("judge", "__student") or [1]:
    tried("environ", lambda: secrets(pid))
    tried("memory", lambda: [MARK + "-memory", open(f"/proc/{pid}/mem", "rb").fileno()])
