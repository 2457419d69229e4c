// kills calls-no-other@plain/ipv6: whoever listens at another address is another program
// Mistake: it resolves localhost for ::1, and takes what answers first.
"use strict";
const fs = require("fs");
const net = require("net");

const addr = process.argv[2] || "127.0.0.1:8888";

function fail(why) {
  fs.writeSync(2, `client: ${addr}: ${why}\n`);
  process.exit(1);
}

function where() {
  if (addr.startsWith("unix:")) {
    const path = addr.slice(5);
    if (!path) fail("the path is empty");
    if (Buffer.byteLength(path) > 107) fail("the path is too long");
    return { path };
  }
  const parts = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(addr);
  if (!parts) fail("neither HOST:PORT nor unix:PATH");
  return { host: parts[1] ? "localhost" : parts[2], port: Number(parts[3]), autoSelectFamily: true };
}

async function* lines() {
  let held = Buffer.alloc(0);
  for await (const piece of process.stdin) {
    held = Buffer.concat([held, piece]);
    for (let at; (at = held.indexOf(10)) >= 0; held = held.subarray(at + 1)) {
      yield held.subarray(0, at > 0 && held[at - 1] === 13 ? at - 1 : at);
    }
  }
  if (held.length > 0) yield held;
}

const socket = net.connect(where());
let heard = [];
let size = 0;
let wake = () => {};
let over = false;
socket.on("error", (e) => over || fail(e.code));
socket.on("end", () => over || fail("the server ended the connection"));
socket.on("data", (piece) => {
  heard.push(piece);
  size += piece.length;
  wake();
});

async function talk() {
  for await (const line of lines()) {
    if (line.equals(Buffer.from("q"))) break;
    if (line.length === 0) continue;
    socket.write(line);
    while (size < line.length) await new Promise((done) => (wake = done));
    const all = Buffer.concat(heard);
    heard = [all.subarray(line.length)];
    size -= line.length;
    fs.writeSync(1, Buffer.concat([all.subarray(0, line.length), Buffer.from("\n")]));
  }
  over = true;
  process.exit(0);
}

socket.on("connect", () => talk().catch((e) => fail(e.code)));
