def fill(path):
    with open(path, "wb") as file:
        for _ in range(10):
            file.write(bytes(1 << 20))
    return "10 MiB"


for place in [HERE, "/tmp", os.environ.get("TMPDIR", "/tmp"), W["home"]]:
    tried(place, lambda: fill(os.path.join(place, MARK + ".full")))
