// right: Node's dgram, connected, a timer for each try; a refusal brings the next try forward
"use strict";
const dgram = require("dgram");
const fs = require("fs");
const net = require("net");

const addr = process.argv[2] || "127.0.0.1:8888";
const colon = addr.lastIndexOf(":");
const host = addr.slice(0, colon).replace(/^\[|\]$/g, "");
const socket = dgram.createSocket(net.isIPv6(host) ? "udp6" : "udp4");
let number = 0;
let heard = null; // called with each reply to the line in hand
let refused = null;

function fail(why) {
  fs.writeSync(2, "client: " + why + "\n");
  process.exit(1);
}

function show(data) {
  for (let at = 0; at < data.length; ) at += fs.writeSync(1, data, at);
}

function ask(text) {
  number += 1;
  const head = Buffer.alloc(4);
  head.writeUInt32BE(number);
  const request = Buffer.concat([head, text]);
  return new Promise((done) => {
    let tries = 0;
    let timer = null;
    let sent = 0;
    // A timer counts from the loop's own clock, which may be older than the send.
    function late() {
      const left = sent + 200 - performance.now();
      if (left > 0) timer = setTimeout(late, Math.ceil(left));
      else attempt();
    }
    function attempt() {
      if (tries === 5) return fail("no reply to line " + number);
      tries += 1;
      socket.send(request, (e) => {
        if (e && e.code !== "ECONNREFUSED") fail(e.message);
      });
      sent = performance.now();
      timer = setTimeout(late, 200);
    }
    refused = () => {
      clearTimeout(timer);
      attempt();
    };
    heard = (reply) => {
      clearTimeout(timer);
      heard = refused = null;
      done(reply);
    };
    attempt();
  });
}

async function* lines() {
  let rest = Buffer.alloc(0);
  for await (const piece of process.stdin) {
    rest = Buffer.concat([rest, piece]);
    for (let at; (at = rest.indexOf(10)) >= 0; rest = rest.subarray(at + 1)) {
      yield rest.subarray(0, at > 0 && rest[at - 1] === 13 ? at - 1 : at);
    }
  }
  yield rest;
}

async function main() {
  for await (const line of lines()) {
    if (line.toString("latin1") === "q") break;
    if (line.length === 0) continue;
    if (line.length > 1024) fail("a line of " + line.length + " bytes");
    show(Buffer.concat([await ask(line), Buffer.from("\n")]));
  }
  process.exit(0);
}

socket.on("message", (data) => {
  if (heard && data.length >= 4 && data.readUInt32BE(0) === number) heard(data.subarray(4));
});
socket.on("error", (e) => {
  if (e.code !== "ECONNREFUSED") fail(e.message);
  if (refused) refused();
});
socket.connect(Number(addr.slice(colon + 1)), host, (e) => (e ? fail(e.message) : main()));
