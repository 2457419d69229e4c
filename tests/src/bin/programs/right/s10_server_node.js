// right: Node's child_process, detached; one loop a client over its chunks; only UTF-8 is run.
"use strict";
const { spawn } = require("child_process");
const dns = require("dns");
const fs = require("fs");
const net = require("net");
const path = require("path");

const LONGEST = 8192;
const MILLISECONDS = 10000;
const MOST = 64 << 20;

const say = (stream, text) => fs.write(stream, text + "\n", () => {});

function run(line, folder) {
  return new Promise((done) => {
    let child;
    try {
      child = spawn("sh", ["-c", line], { cwd: folder, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    } catch (e) {
      return done({ status: null, error: "not started: " + (e.code || "unknown"), out: [], err: [] });
    }
    const said = { status: null, out: [], err: [] };
    let size = 0;
    const timer = setTimeout(() => stop("it ran for over 10 seconds"), MILLISECONDS);
    function finish() {
      clearTimeout(timer);
      done(said);
    }
    function stop(why) {
      if (said.error) return;
      said.error = why;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch (_) {}
      child.stdout.destroy();
      child.stderr.destroy();
    }
    child.on("error", (e) => {
      said.error = "not started: " + (e.code || "unknown");
      finish();
    });
    if (!child.stdout) return; // out of descriptors; the error is on its way
    for (const [stream, chunks] of [[child.stdout, said.out], [child.stderr, said.err]]) {
      stream.on("data", (chunk) => {
        if (said.error) return;
        const room = MOST - size;
        chunks.push(chunk.subarray(0, room));
        size += chunks[chunks.length - 1].length;
        if (chunk.length > room) stop("its output is over 64 MiB");
      });
      stream.on("error", () => {});
    }
    child.on("close", (code, signal) => {
      if (!said.error && code === null) said.error = "sh was ended by " + signal;
      if (!said.error) said.status = code;
      finish();
    });
  });
}

function enter(folder, name) {
  const there = name.startsWith("/") ? name : folder + "/" + name;
  if (!fs.statSync(there).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  fs.accessSync(there, fs.constants.X_OK);
  return fs.realpathSync.native(there);
}

function cd(client, name) {
  const ok = { status: 0, out: [], err: [] };
  for (const where of name ? [name] : [process.env.HOME || "/", "/"]) {
    try {
      client.folder = enter(client.folder, where);
      return { ...ok, err: [] };
    } catch (e) {
      ok.err = [Buffer.from(`cd: ${where}: ${e.code}\n`)];
    }
  }
  return { ...ok, status: 1 };
}

async function answer(line, client) {
  const failed = (error) => ({ status: null, error, out: [], err: [] });
  if (line.includes(0)) return failed("NUL in the line");
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
  } catch (_) {
    return failed("the line is not UTF-8");
  }
  if (text === "cd" || text.startsWith("cd ")) return cd(client, text.slice(2).replace(/^[ \t]+|[ \t]+$/g, ""));
  return run(text, client.folder);
}

function send(socket, reply) {
  const out = Buffer.concat(reply.out);
  const err = Buffer.concat(reply.err);
  const header = { error: reply.error, stderr_size: err.length, stdout_size: out.length, status: reply.status };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return new Promise((done, fail) => {
    socket.write(Buffer.concat([length, json, out, err]), (e) => (e ? fail(e) : done()));
  });
}

async function part(socket, rest) {
  socket.end();
  const timer = setTimeout(() => socket.destroy(), 1000);
  while (!(await rest.next()).done);
  clearTimeout(timer);
}

async function serve(socket) {
  const client = { folder: fs.realpathSync.native(".") };
  const chunks = socket[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  for (;;) {
    const at = held.indexOf(10);
    if ((at < 0 ? held.length : at) > LONGEST) {
      await send(socket, { status: null, error: "line too long", out: [], err: [] });
      return part(socket, chunks);
    }
    if (at < 0) {
      const { value, done } = await chunks.next();
      if (done) return socket.end();
      held = Buffer.concat([held, value]);
      continue;
    }
    let line = held.subarray(0, at);
    held = held.subarray(at + 1);
    if (line[line.length - 1] === 13) line = line.subarray(0, -1);
    if (line.equals(Buffer.from("exit"))) return part(socket, chunks);
    await send(socket, await answer(line, client));
  }
}

const addr = process.argv[2] || "127.0.0.1:8888";
const colon = addr.lastIndexOf(":");
const fail = (why) => {
  process.stderr.write(`server: cannot listen on ${addr}: ${why}\n`);
  process.exit(1);
};
if (colon <= 0) fail("not HOST:PORT");
dns.lookup(addr.slice(0, colon).replace(/^\[|\]$/g, ""), (e, host) => {
  if (e) return fail(e.code);
  if (!/^127\.|^::1$/.test(host)) return fail("it is no loopback address");
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on("error", () => {});
    serve(socket).catch((e) => {
      socket.destroy();
      say(1, `a client is gone: ${e.code}`);
    });
  });
  server.on("error", (e) => (server.listening ? say(2, `no client now: ${e.code}`) : fail(e.code)));
  server.listen({ port: Number(addr.slice(colon + 1)), host, backlog: 512 }, () => say(1, `listening on ${addr}`));
});
