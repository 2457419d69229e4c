// kills leaves-a-file@plain/unix: what stands there is no dead server's socket
// Mistake: it unlinks whatever refuses a connection: a plain file does.
"use strict";
const fs = require("fs");
const net = require("net");

const addr = process.argv[2] || "127.0.0.1:8888";
const path = addr.startsWith("unix:") ? addr.slice(5) : null;
const say = (stream, text) => fs.write(stream, text + "\n", () => {});

function fail(why) {
  fs.writeSync(2, `server: cannot listen on ${addr}: ${why}\n`);
  process.exit(1);
}

function serve(socket) {
  socket.on("error", (e) => say(1, `a client left: ${e.code}`));
  socket.on("data", (piece) => {
    for (let at = 0; at < piece.length; at++) {
      if (piece[at] >= 97 && piece[at] <= 122) piece[at] -= 32;
    }
    if (!socket.write(piece)) {
      socket.pause();
      socket.once("drain", () => socket.resume());
    }
  });
  socket.on("end", () => socket.end());
}

function ifNobodyListens(then) {
  const probe = net.connect({ path });
  probe.on("connect", () => fail("a server listens there"));
  probe.on("error", (e) => (e.code === "ECONNREFUSED" ? then() : fail(e.code)));
}

function where() {
  if (path !== null) {
    if (path === "") fail("the path is empty");
    if (Buffer.byteLength(path) > 107) fail("the path is too long");
    return { path };
  }
  const parts = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(addr);
  if (!parts) fail("neither HOST:PORT nor unix:PATH");
  return { host: parts[1] || parts[2], port: Number(parts[3]), ipv6Only: Boolean(parts[1]) };
}

const server = net.createServer({ allowHalfOpen: true, noDelay: path === null }, serve);
let tries = 0;
server.on("error", (e) => {
  if (server.listening) return say(2, `no client now: ${e.code}`);
  if (path === null || e.code !== "EADDRINUSE" || ++tries > 1) return fail(e.code);
  ifNobodyListens(() => {
    fs.unlinkSync(path);
    listen();
  });
});
function listen() {
  server.listen({ ...where(), backlog: 512 }, () => say(1, `listening on ${addr}`));
}
listen();
