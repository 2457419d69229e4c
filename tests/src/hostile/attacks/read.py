for path in W["secrets"]:
    tried(path, lambda: open(path).read().split("\n")[0])
