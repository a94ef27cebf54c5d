import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { secretMetadata } from "../../src/rpc/channel.ts";
import {
  bind,
  bindUnix,
  checkBindPolicy,
  createRpcServer,
  hasSecret,
  stopServer,
} from "../../src/rpc/server.ts";
import { openStream, startStreamServer } from "../support/frame-links.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function setup() {
  const server = createRpcServer("fabric");
  onTestFinished(() => server.forceShutdown());
  return { server, path: join(temporaryFolder(), "executor.sock") };
}

describe("bindUnix", () => {
  // A node that had been killed never came back under `heddle up`: its own socket was in the way for ever.
  it("replaces the socket that a killed process left", async () => {
    const { server, path } = setup();
    const program = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("ready"))`;
    const killed = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(killed.stdout, "data");
    killed.kill("SIGKILL");
    await once(killed, "close");
    await bindUnix(server, path);
    const socket = connect(path);
    await once(socket, "connect");
    socket.destroy();
  });

  it("leaves alone what is no socket", async () => {
    const { server, path } = setup();
    writeFileSync(path, "mine");
    await expect(bindUnix(server, path)).rejects.toMatchObject({ reason: "ADDRESS_IN_USE" });
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});

describe("checkBindPolicy", () => {
  it.each(["127.0.0.1", "localhost", "::1", "[::1]"])("lets a server listen on %s", (host) => {
    expect(() => checkBindPolicy({ host, port: 0, insecure: false })).not.toThrow();
  });

  it.each(["0.0.0.0", "::", "192.168.0.7", "127.0.0.1.example.com"])(
    "refuses %s unless told otherwise",
    (host) => {
      expect(() => checkBindPolicy({ host, port: 0, insecure: false })).toThrow(
        `[INVALID_ARGUMENT BAD_REQUEST] listening on ${host} would let anybody on the network call kernels`,
      );
      expect(() => checkBindPolicy({ host, port: 0, insecure: true })).not.toThrow();
    },
  );
});

describe("bind", () => {
  it("gives a free port, and says when one is taken", async () => {
    const [first, second] = [createRpcServer("client"), createRpcServer("client")];
    const options = { host: "127.0.0.1", port: 0, insecure: false };
    const port = await bind(first, options);
    expect(port).toBeGreaterThan(0);
    await expect(bind(second, { ...options, port })).rejects.toMatchObject({
      reason: "ADDRESS_IN_USE",
      rawMessage: `cannot listen on 127.0.0.1:${port}: something else listens there; choose another port, or 0 for any free one`,
    });
    await Promise.all([stopServer(first, 1000), stopServer(second, 1000)]);
  });

  it("lets as much come in at once as clients do, of a stream and of a connection", async () => {
    const server = createRpcServer("client");
    onTestFinished(() => server.forceShutdown());
    const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    onTestFinished(() => session.destroy());
    const [settings] = await once(session, "remoteSettings");
    expect(settings).toMatchObject({ initialWindowSize: limits.receiveWindowBytes });
    // The connection's own window is widened by a frame behind the settings; a ping comes back after both.
    await new Promise((resolve) => session.ping(resolve));
    expect(session.state.remoteWindowSize).toBe(limits.receiveWindowBytes);
  });
});

describe("stopServer", () => {
  it("cuts what does not end by itself, and may be asked twice", async () => {
    const { opener, answerer, server } = await openedStream();
    await Promise.all([stopServer(server, 20), stopServer(server, 20)]);
    expect(await opener.closed).toMatchObject({ name: "HeddleError" });
    await answerer.closed;
  });

  it("lets a stream that ends in time end in order", async () => {
    const { opener, answerer, server } = await openedStream();
    const stopped = stopServer(server, 20_000);
    answerer.duplex.close(undefined);
    expect(await opener.closed).toBeUndefined();
    await stopped;
  });

  // The library forgot the connections it was to cut: stopping took until a keepalive, some ten seconds, had failed.
  it("cuts a call of a client that never ends it", { timeout: 8_000 }, async () => {
    const server = createRpcServer("client");
    const same = (bytes: Buffer): Buffer => bytes;
    server.register("/test.Service/Hang", () => {}, same, same, "bidi");
    const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    onTestFinished(() => client.close());
    const call = client.makeBidiStreamRequest("/test.Service/Hang", same, same);
    const ended = once(call, "error");
    await new Promise<void>((resolve, reject) =>
      client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve())),
    );
    await stopServer(server, 20);
    await ended.catch((error: unknown) => expect(error).toMatchObject({ code: 14 }));
  });
});

describe("hasSecret", () => {
  it("takes the fabric's secret and nothing else", () => {
    expect(hasSecret(secretMetadata("s3cret"), "s3cret")).toBe(true);
    for (const other of ["", "s3cre", "s3cret ", "S3cret"])
      expect(hasSecret(secretMetadata(other), "s3cret")).toBe(false);
    expect(hasSecret(new Metadata(), "s3cret")).toBe(false);
  });
});

/** A stream that is open at both ends. */
async function openedStream() {
  const server = await startStreamServer(() => {});
  const opener = openStream(server.address);
  opener.duplex.writer.cancel({ id: 1, first: 0, count: 0 });
  opener.duplex.flushNow();
  return { server: server.server, opener, answerer: await server.end(0) };
}
