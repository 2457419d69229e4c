// right: Node.js with a timer that ticks five times a second, and a promise for each reply.
"use strict";
const net = require("node:net");
const readline = require("node:readline");

const address = process.argv[2] || "127.0.0.1:8888";
const colon = address.lastIndexOf(":");
const socket = net.connect(Number(address.slice(colon + 1)), address.slice(0, colon));

let received = Buffer.alloc(0);
let wanted = 0;
let done = null;
let ticks = 0;
const clock = setInterval(() => ticks++, 200);

function fail(why) {
  process.stderr.write(`client: ${why}\n`, () => process.exit(1));
}

function take() {
  if (done && received.length >= wanted) {
    const reply = received.subarray(0, wanted);
    received = received.subarray(wanted);
    const resolve = done;
    done = null;
    resolve(reply);
  }
}

socket.on("data", (bytes) => {
  received = Buffer.concat([received, bytes]);
  take();
});
socket.on("error", (error) => fail(error.message));
socket.on("end", () => done && fail("the server ended the connection"));

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin.setEncoding("latin1"), crlfDelay: Infinity })) {
    if (line === "q") break;
    if (line === "") continue;
    const request = Buffer.from(line, "latin1");
    wanted = request.length;
    const reply = new Promise((resolve) => (done = resolve));
    socket.write(request);
    process.stdout.write(Buffer.concat([await reply, Buffer.from("\n")]));
  }
  clearInterval(clock);
  socket.end();
  socket.unref();
  process.stdin.destroy();
}

main();
