tried("chmod", lambda: os.chmod(W["modes"], 0o644))
