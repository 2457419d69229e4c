// right: Node's dgram, events; number 0 gets no reply
"use strict";
const dgram = require("dgram");
const net = require("net");

const addr = process.argv[2] || "127.0.0.1:8888";
const colon = addr.lastIndexOf(":");
const host = addr.slice(0, colon).replace(/^\[|\]$/g, "");
const socket = dgram.createSocket({ type: net.isIPv6(host) ? "udp6" : "udp4", ipv6Only: false });

let bound = false;
socket.on("error", (e) => {
  console.error("server: " + e.message);
  if (!bound) process.exit(1);
});
socket.on("message", (data, client) => {
  if (data.length < 4 || data.length > 1028 || data.readUInt32BE(0) === 0) return;
  const reply = Buffer.from(data);
  for (let i = 4; i < reply.length; i++) {
    if (reply[i] >= 0x61 && reply[i] <= 0x7a) reply[i] -= 0x20;
  }
  socket.send(reply, client.port, client.address, (e) => {
    if (e) console.error("server: send: " + e.message);
  });
});
socket.bind({ port: Number(addr.slice(colon + 1)), address: host, exclusive: true }, () => {
  bound = true;
  console.log("listening on " + addr);
});
