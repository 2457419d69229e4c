# right: asyncio, a future for the reply of the line in hand; refusals are ignored
import asyncio
import sys


class Replies(asyncio.DatagramProtocol):
    def __init__(self):
        self.number, self.reply = b"", None

    def datagram_received(self, data, addr):
        if len(data) >= 4 and data[:4] == self.number and not self.reply.done():
            self.reply.set_result(data[4:])

    def error_received(self, exc):
        print("client:", exc, file=sys.stderr)


async def ask(transport, replies, number, text):
    replies.number = number.to_bytes(4, "big")
    replies.reply = asyncio.get_running_loop().create_future()
    for _ in range(5):
        transport.sendto(replies.number + text)
        try:
            return await asyncio.wait_for(asyncio.shield(replies.reply), 0.2)
        except asyncio.TimeoutError:
            pass
    return None


async def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
    loop = asyncio.get_running_loop()
    addr = host.strip("[]"), int(port)
    transport, replies = await loop.create_datagram_endpoint(Replies, remote_addr=addr)
    number = 0
    while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
        if line.endswith(b"\n"):
            line = line[:-1].removesuffix(b"\r")
        if line == b"q":
            break
        if not line:
            continue
        if len(line) > 1024:
            print("client: a line is too long:", len(line), "bytes", file=sys.stderr)
            return 1
        number += 1
        reply = await ask(transport, replies, number, line)
        if reply is None:
            print("client: no reply", file=sys.stderr)
            return 1
        sys.stdout.buffer.write(reply + b"\n")
        sys.stdout.buffer.flush()
    return 0


try:
    sys.exit(asyncio.run(main()))
except OSError as e:
    sys.exit("client: %s" % e)
