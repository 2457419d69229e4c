// right: Node: one async reader over the socket's chunks, and another over those of standard input.
"use strict";
const fs = require("fs");
const net = require("net");

const HEADER = 64 << 10;
const MOST = 64 << 20;

function stop(why) {
  try {
    fs.writeSync(2, `client: ${why}\n`);
  } catch (_) {}
  process.exit(1);
}

/** Bytes of a stream, as many as asked for, or up to a `\n`. */
class Pieces {
  constructor(stream) {
    this.chunks = stream[Symbol.asyncIterator]();
    this.held = [];
    this.size = 0;
  }

  async more() {
    const { value, done } = await this.chunks.next();
    if (done) return false;
    this.held.push(value);
    this.size += value.length;
    return true;
  }

  cut(size) {
    const all = this.held.length === 1 ? this.held[0] : Buffer.concat(this.held);
    this.held = size < all.length ? [all.subarray(size)] : [];
    this.size = all.length - size;
    return all.subarray(0, size);
  }

  async exactly(size) {
    while (this.size < size) if (!(await this.more())) throw new Error("the server ended inside a reply");
    return this.cut(size);
  }

  /** The next line with its `\n`; null at the end. */
  async line() {
    for (let from = 0, before = 0; ; from++) {
      if (from === this.held.length && !(await this.more())) return this.size ? this.cut(this.size) : null;
      const at = this.held[from].indexOf(10);
      if (at >= 0) return this.cut(before + at + 1);
      before += this.held[from].length;
    }
  }
}

function show(fd, bytes) {
  while (bytes.length) {
    try {
      bytes = bytes.subarray(fs.writeSync(fd, bytes));
    } catch (e) {
      if (e.code !== "EAGAIN") throw e;
    }
  }
}

async function reply(server) {
  const length = (await server.exactly(4)).readUInt32BE();
  if (length > HEADER) throw new Error(`a header of ${length} bytes`);
  const json = new TextDecoder("utf-8", { fatal: true }).decode(await server.exactly(length));
  const header = JSON.parse(json);
  if (header === null || typeof header !== "object" || Array.isArray(header)) throw new Error("no JSON object");
  const { status, error, stdout_size: out, stderr_size: err } = header;
  if (![out, err].every((size) => Number.isInteger(size) && size >= 0)) throw new Error("bad sizes");
  if (out + err > MOST) throw new Error("more than 64 MiB");
  if (status === null ? typeof error !== "string" : !Number.isInteger(status) || status < 0 || status > 255)
    throw new Error("bad status");
  show(1, await server.exactly(out));
  show(2, await server.exactly(err));
  if (status !== 0) show(2, Buffer.from(status === null ? `${error.replace(/\p{C}/gu, "?")}\n` : `status ${status}\n`));
}

async function talk(socket) {
  const server = new Pieces(socket);
  const input = new Pieces(process.stdin);
  for (;;) {
    if (process.stdin.isTTY) show(1, Buffer.from(">> "));
    let line = await input.line();
    if (line === null) return;
    const text = line.toString("latin1").replace(/\r?\n$/, "");
    if (text === "q") return;
    if (text === "") continue;
    socket.write(Buffer.from(text + "\n", "latin1"));
    if (text === "exit") {
      while (await server.more()) server.cut(server.size);
      return;
    }
    await reply(server);
  }
}

const addr = process.argv[2] || "127.0.0.1:8888";
const colon = addr.lastIndexOf(":");
if (colon <= 0) stop(`${addr} is not HOST:PORT`);
const host = addr.slice(0, colon).replace(/^\[|\]$/g, "");
const socket = net.connect({ host, port: Number(addr.slice(colon + 1)), noDelay: true });
// Between two requests the server's end or reset is noticed at the next one.
socket.on("error", (e) => (socket.connecting || socket.pending ? stop(`cannot connect to ${addr}: ${e.code}`) : 0));
socket.on("connect", () => talk(socket).then(() => process.exit(0), (e) => stop(e.message)));
