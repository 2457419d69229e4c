tried("not to end", lambda: "begun")
until = time.monotonic() + 120
while time.monotonic() < until and not os.path.exists(W["stop"]):
    time.sleep(0.05)
