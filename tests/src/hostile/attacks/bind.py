# In each check, since some let it bind any port.
def listen():
    listener = socket.create_server(("0.0.0.0", W["open"]))
    listener.settimeout(1)
    caller, address = listener.accept()
    caller.sendall((MARK + "\n").encode())
    return f"called by {address}"


tried("0.0.0.0", listen)
