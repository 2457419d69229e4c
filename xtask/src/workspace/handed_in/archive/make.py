"""Makes archives in the folder that is its argument: right ones, and what no hand-in may be."""
import gzip, io, os, stat, sys, tarfile, zipfile
os.chdir(sys.argv[1])

def tar(name, mode, *entries):
    with tarfile.open(name, mode) as out:
        for path, kind, data in entries:
            info = tarfile.TarInfo(path)
            info.type, info.mode, info.size = kind, 0o755, len(data) if kind == tarfile.REGTYPE else 0
            info.linkname = data.decode() if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            out.addfile(info, io.BytesIO(data))

def zipped(name, *entries):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as out:
        for path, mode, data in entries:
            info = zipfile.ZipInfo(path)
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            out.writestr(info, data)

FILE, LINK = tarfile.REGTYPE, tarfile.SYMTYPE
good = [
    ("clone/lessons/01-echo/src/bin/server.rs", b"fn main() {}"),
    ("clone/lessons/01-echo/run.sh", b"#!/bin/sh\n"),
    ("clone/target/debug/server", b"built"),
    ("clone/.git/config", b"hidden"),
    ("__MACOSX/clone/._lessons", b"clutter"),
    ("王 芳/notes.txt", b"x" * 100000),
]
tar("good.tar", "w", *[(path, FILE, data) for path, data in good])
tar("good.TGZ", "w:gz", *[(path, FILE, data) for path, data in good])
zipped("good.zip", *[(path, stat.S_IFREG | 0o755, data) for path, data in good])
zipped("windows.zip", *[(path.replace("/", "\\"), 0, data) for path, data in good])
tar("links.tar.gz", "w:gz", ("a", LINK, b"/etc"), ("x/passwd", FILE, b"mine"), ("b", LINK, b"../b"),
    ("c", tarfile.LNKTYPE, b"x/passwd"), ("d", tarfile.CHRTYPE, b""), ("e", tarfile.FIFOTYPE, b""))
zipped("links.zip", ("a", stat.S_IFLNK | 0o777, b"/etc"), ("x/passwd", 0, b"mine"), ("b", stat.S_IFLNK | 0o777, b"../b"))
tar("through.tar", "w", ("w/01-echo", LINK, b"/etc"), ("w/01-echo/passwd", FILE, b"mine"))
zipped("through.zip", ("w/01-echo", stat.S_IFLNK | 0o777, b"/etc"), ("w/01-echo/passwd", 0, b"mine"))
for end, make in [("tar", lambda name, path: tar(name, "w", (path, FILE, b"x"))),
                  ("zip", lambda name, path: zipped(name, (path, 0, b"x")))]:
    for n, path in enumerate(["../evil", "a/../../evil", "/evil", "C:\\evil", "..\\evil", "x/D:/evil", "server.rs:ads", "x/NUL", "/".join(["d"] * 40)]):
        make(f"out{n}.{end}", path)
tar("both.tar", "w", ("a", FILE, b"1"), ("a/b", FILE, b"2"))
zipped("many.zip", *[(f"{n}", 0, b"") for n in range(11)])
zipped("bomb.zip", *[(f"{n}", 0, b"0" * 600) for n in range(3)])
zipped("large.zip", ("small", 0, b"1"), ("large", 0, b"0" * 100000))
data = open("good.zip", "rb").read()
open("cut.zip", "wb").write(data[:len(data) // 2])
open("cut.tgz", "wb").write(open("good.TGZ", "rb").read()[:100])
open("no.zip", "wb").write(b"not an archive, but more than a block of a tar" * 20)
open("empty.zip", "wb").write(b"")
open("work.rar", "wb").write(b"Rar!")
