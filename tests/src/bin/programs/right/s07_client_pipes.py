# right: asyncio, standard input and output as pipes of the loop
import asyncio, os, sys
async def lines():
    loop = asyncio.get_running_loop()
    r = asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(r), sys.stdin)
    while l := await r.readline():
        l = l.removesuffix(b"\n").removesuffix(b"\r")
        if l == b"q": return
        if l: yield l
def out(b):
    v = memoryview(b)
    while v: v = v[os.write(1, v):]
async def main():
    h, p = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rsplit(":", 1)
    r, w = await asyncio.open_connection(h, int(p))
    async for l in lines():
        w.write(l)
        reply, _ = await asyncio.gather(r.readexactly(len(l)), w.drain())
        out(reply + b"\n")
    w.close()
try: asyncio.run(main())
except (OSError, asyncio.IncompleteReadError) as e:
    print("error:", e, file=sys.stderr); sys.exit(1)
