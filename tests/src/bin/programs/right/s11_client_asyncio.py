# right: asyncio streams; begins again at 0 after a refusal, on a new connection; JSON with blanks and more keys; prompts on standard output
import asyncio
import hashlib
import json
import os
import sys


def fail(why):
    print("client:", why, file=sys.stderr)
    sys.exit(1)


def check(name):
    try:
        text = os.fsencode(name).decode()
    except UnicodeDecodeError:
        fail("the name is not UTF-8")
    bad = [letter for letter in text if letter in "/\\" or ord(letter) < 32 or ord(letter) == 127]
    if bad or text.startswith(".") or not 0 < len(text.encode()) <= 255:
        fail("the name breaks the rule")
    return text


async def ask(writer, **header):
    header["client"] = {"lang": ["python", 3]}
    text = json.dumps(header, indent=2, sort_keys=True, ensure_ascii=False).encode()
    writer.write(len(text).to_bytes(4, "big"))
    writer.write(text)
    await writer.drain()


async def answer(reader):
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > 65536:
        fail("the reply's header is over 64 KiB")
    try:
        header = json.loads((await reader.readexactly(size)).decode())
    except (ValueError, RecursionError):
        fail("the reply's header is no JSON")
    if not isinstance(header, dict) or header.get("ok") not in (True, False) or type(header["ok"]) is not bool:
        fail("the reply's header is no reply")
    size = header.setdefault("data_size", 0)
    if type(size) is not int or size < 0:
        fail("the reply's data_size is no size")
    return header


def must_be_ok(header):
    if not header["ok"]:
        fail("refused: %s" % header.get("error", "no reason"))
    return header


def blocks(file, size):
    while size:
        block = file.read(min(30000, size))
        if not block:
            fail("the file has become shorter")
        size -= len(block)
        yield block


async def put(addr, path, name):
    name = check(name)
    with open(path, "rb") as file:
        size = os.path.getsize(path)
        digest = hashlib.sha256()
        for block in blocks(file, size):
            digest.update(block)
        file.seek(0)
        reader, writer = await asyncio.open_connection(*addr)
        said = asyncio.ensure_future(answer(reader))
        error = None
        try:
            await ask(writer, op="put", name=name, data_size=size, sha256=digest.hexdigest())
            for block in blocks(file, size):
                if said.done():
                    break
                writer.write(block)
                await writer.drain()
        except OSError as e:
            error = e
        try:
            must_be_ok(await said)
        except (OSError, EOFError) as e:
            fail("no reply: %s" % (error or e))
        if error:
            fail("cannot send: %s" % error)
    writer.close()
    print("stored", name)


async def get(addr, name, path):
    name = check(name)
    part = path + ".part"
    have = os.path.getsize(part) if os.path.exists(part) else 0
    reader, writer = await asyncio.open_connection(*addr)
    if have:
        await ask(writer, op="get", name=name, offset=have)
        header = await answer(reader)
        if not header["ok"]:
            print("client: refused:", header.get("error"), file=sys.stderr)
            writer.close()
            have = 0
            reader, writer = await asyncio.open_connection(*addr)
    if not have:
        await ask(writer, op="get", name=name)
        header = must_be_ok(await answer(reader))
    size, want = header.get("size"), header.get("sha256")
    if type(size) is not int or size - have != header["data_size"] or size < have:
        fail("the reply's sizes contradict each other")
    if not isinstance(want, str) or len(want) != 64:
        fail("the reply has no sha256")
    digest = hashlib.sha256()
    if have:
        with open(part, "rb") as file:
            for block in blocks(file, have):
                digest.update(block)
    left = header["data_size"]
    with open(part, "ab" if have else "wb") as file:
        while left:
            block = await reader.read(min(100000, left))
            if not block:
                raise EOFError
            digest.update(block)
            file.write(block)
            left -= len(block)
    if digest.hexdigest() != want.lower():
        os.remove(part)
        fail("the file has another sha256")
    os.replace(part, path)
    writer.close()
    print("got", path)


async def listing(addr):
    reader, writer = await asyncio.open_connection(*addr)
    await ask(writer, op="list")
    left = must_be_ok(await answer(reader))["data_size"]
    while left:
        block = await reader.read(min(1000, left))
        if not block:
            raise EOFError
        left -= len(block)
        sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    writer.close()


def main():
    match sys.argv[1:]:
        case [addr, "put", path]:
            work, rest = put, (path, path.rpartition("/")[2])
        case [addr, "put", path, name]:
            work, rest = put, (path, name)
        case [addr, "get", name]:
            work, rest = get, (name, name)
        case [addr, "get", name, path]:
            work, rest = get, (name, path)
        case [addr, "list"]:
            work, rest = listing, ()
        case _:
            fail("usage: client ADDR put FILE [NAME] | get NAME [FILE] | list")
    host, _, port = addr.rpartition(":")
    try:
        asyncio.run(work((host.strip("[]"), int(port)), *rest))
    except EOFError:
        fail("the server ended the connection")
    except (OSError, ValueError) as e:
        fail(e)


main()
