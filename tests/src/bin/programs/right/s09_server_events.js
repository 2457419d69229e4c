// right: Node's events; what comes after the last word arrives as pieces that nobody keeps.
"use strict";
const net = require("net");

const LONGEST = 8192;
const [host, port] = (process.argv[2] || "127.0.0.1:8888").split(":");

function upper(line) {
  const reply = Buffer.alloc(line.length + 1, 10);
  line.forEach((byte, at) => { reply[at] = byte >= 97 && byte <= 122 ? byte - 32 : byte; });
  return reply;
}

function serve(socket) {
  let held = Buffer.alloc(0);
  let over = false;

  function last(word) {
    over = true;
    held = null;
    socket.end(word);
    setTimeout(() => socket.destroy(), 1000);
  }

  function answer(line) {
    if (line.length > 0 && line[line.length - 1] === 13) line = line.subarray(0, -1);
    if (line.toString("latin1") === "exit") return last("Byebye!\n");
    if (!socket.write(upper(line)) && !socket.isPaused()) {
      socket.pause();
      socket.once("drain", () => socket.resume());
    }
  }

  socket.on("error", () => {});
  socket.on("data", (piece) => {
    if (over) return;
    held = Buffer.concat([held, piece]);
    let start = 0;
    for (let end; !over && (end = held.indexOf(10, start)) >= 0 && end - start <= LONGEST; start = end + 1) {
      answer(held.subarray(start, end));
      if (over) return;
    }
    held = held.subarray(start);
    if (held.length > LONGEST) last("line too long\n");
  });
  socket.on("end", () => {
    if (over) return socket.destroy();
    if (held.length > 0) answer(held);
    if (!over) socket.end();
  });
}

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, serve);
server.on("error", (error) => {
  console.error(`server: ${error.message}`);
  process.exit(1);
});
server.listen({ host, port: Number(port), backlog: 512 }, () => console.log(`listening on ${host}:${port}`));
