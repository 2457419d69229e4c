// right: Node's onread with a buffer of 1024 bytes
const net = require("node:net");
const [host, port] = (process.argv[2] ?? "127.0.0.1:8888").split(":");
let k = 0, total = 0;
const s = net.connect({ host, port: +port, onread: { buffer: Buffer.alloc(1024), callback(n, buf) {
  total += n;
  process.stdout.write(Buffer.concat([Buffer.from(`read ${++k}: ${n} bytes: `), buf.subarray(0, n), Buffer.from("\n")]));
  return true;
} } });
s.on("error", (e) => { console.error("error:", e.message); process.exit(1); });
s.on("end", () => console.log(`total: ${total} bytes in ${k} reads`));
