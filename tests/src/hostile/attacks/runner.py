import glob


def replace(path):
    with open(path, "rb") as file:
        old = file.read(1 << 16)
    os.remove(path)
    write(path, (old.decode() if old.startswith(b"#!") else "#!/bin/sh\n") + "echo " + MARK + "\n")
    os.chmod(path, 0o755)
    return "replaced"


tried("the runner", lambda: replace(W["lab"] + "/target/debug/xtask"))
for path in glob.glob(W["lab"] + "/target/class/*/*/runner"):
    tried("its copy", lambda: replace(path))
