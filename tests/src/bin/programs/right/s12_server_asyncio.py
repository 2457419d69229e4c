# right: asyncio's DatagramProtocol; a diary on standard output, after each reply
import asyncio
import sys


class Upper(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        if len(data) < 4 or len(data) > 1028:
            return
        self.transport.sendto(data[:4] + data[4:].upper(), addr)
        print(">>", data[4:].decode("latin-1").encode("ascii", "replace").decode(), flush=True)

    def error_received(self, exc):
        print("server:", exc, file=sys.stderr)


async def main():
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888").rpartition(":")
    loop = asyncio.get_running_loop()
    try:
        await loop.create_datagram_endpoint(Upper, local_addr=(host.strip("[]"), int(port)))
    except OSError as e:
        sys.exit("server: bind %s:%s: %s" % (host, port, e))
    await asyncio.Event().wait()


asyncio.run(main())
