// right: Node, pipe through a Transform
const net = require("node:net");
const { Transform } = require("node:stream");
const [host, port] = (process.argv[2] ?? "127.0.0.1:8888").split(":");
const up = () => new Transform({ transform(d, _, cb) { for (let i = 0; i < d.length; i++) if (d[i] >= 97 && d[i] <= 122) d[i] -= 32; cb(null, d); } });
const srv = net.createServer({ allowHalfOpen: true }, (s) => {
  console.log("client", s.remoteAddress, s.remotePort);
  s.on("error", (e) => console.log("client:", e.message));
  const t = up();
  s.pipe(t).pipe(s);
});
srv.on("error", (e) => { console.error("cannot serve:", e.message); if (!srv.listening) process.exit(1); });
srv.listen(+port, host, () => console.log("listening on", host, port));
