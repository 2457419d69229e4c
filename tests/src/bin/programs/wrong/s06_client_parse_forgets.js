// kills refuses-bad-headers@plain: perhaps the JSON reader of your language turns 3.0 and 3e0 into 3
// never: everything else is an error that the client names
// Mistake: it looks at the number that JSON.parse returns, and not at how it was written: 3.0 and 3e0 are 3 there.
const net = require("node:net");
const [host, port] = (process.argv[2] ?? "127.0.0.1:8888").split(":");
const s = net.connect({ host, port: +port });
let have = [], held = 0, need = 4, state = "length", k = 0, failed = false;
const die = (m) => { failed = true; console.error("error:", m); process.exitCode = 1; s.destroy(); };
const take = (n) => { const all = Buffer.concat(have); have = [all.subarray(n)]; held = all.length - n; return all.subarray(0, n); };
s.on("error", (e) => die(e.message));
s.on("end", () => { if (!failed && (held > 0 || state !== "length")) die("the stream ended inside a message"); });
s.on("data", (d) => {
  if (failed) return;
  have.push(d); held += d.length;
  while (held >= need) {
    if (state === "length") {
      const n = take(4).readUInt32BE();
      if (n > 65536) return die(`a header of ${n} bytes`);
      need = n; state = "header";
    } else if (state === "header") {
      const text = take(need).toString("utf8");
      let h;
      try { h = JSON.parse(text); } catch (e) { return die("bad JSON"); }
      if (h === null || typeof h !== "object" || Array.isArray(h) || !Number.isInteger(h.data_size) || h.data_size < 0) return die("no data_size");
      if (h.data_size > 64 * 1024 * 1024) return die(`a body of ${h.data_size} bytes`);
      need = h.data_size; state = "body";
    } else {
      process.stdout.write(Buffer.concat([Buffer.from(`message ${++k}: `), take(need), Buffer.from("\n")]));
      need = 4; state = "length";
    }
  }
});
