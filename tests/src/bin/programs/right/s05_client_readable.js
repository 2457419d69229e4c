// right: Node's paused mode: `readable`, and `read` of as many bytes as the message still has
const net = require("node:net");
const [host, port] = (process.argv[2] ?? "127.0.0.1:8888").split(":");
const die = (m) => { process.exitCode = 1; console.error("error:", m); s.destroy(); };
let k = 0, need = -1, parts = [];
const buf = Buffer.alloc(1024);
const s = net.connect({ host, port: +port });
s.setNoDelay(true);
s.on("error", (e) => { console.error("error:", e.message); process.exitCode = 1; });
s.on("end", () => { if (need >= 0) die("the server ended inside a message"); });
// paused mode: read(n) gives as many bytes as are asked for
s.on("readable", () => {
  for (;;) {
    if (need < 0) {
      const d = s.read();
      if (d === null) return;
      const t = d.toString("latin1");
      if (!/^(0|[1-9][0-9]{0,7})$/.test(t) || +t > 67108864) return die("not a size: " + JSON.stringify(t.slice(0, 40)));
      s.write("receive ok");
      need = +t; parts = [];
      if (need === 0) { console.log(`message ${++k}: `); need = -1; }
    } else {
      const have = parts.reduce((a, b) => a + b.length, 0);
      const want = Math.min(need - have, s.readableLength);
      const d = want > 0 ? s.read(want) : s.read();
      if (d === null) return;
      parts.push(d);
      if (have + d.length === need) {
        process.stdout.write(Buffer.concat([Buffer.from(`message ${++k}: `), ...parts, Buffer.from("\n")]));
        need = -1;
      }
    }
  }
});
