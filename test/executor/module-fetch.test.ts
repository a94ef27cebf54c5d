/** How modules get around: several nodes, a gateway and the SDK in this process, all over real connections. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { version } from "../../src/base/version.ts";
import { fetchModule, ModuleSources } from "../../src/executor/module-fetch.ts";
import { Node } from "../../src/executor/node.ts";
import { NodeWorkers } from "../../src/executor/node-workers.ts";
import { deployKernel, fetchModuleStream } from "../../src/rpc/clients.ts";
import { closeChannel, openChannel, secretMetadata } from "../../src/rpc/channel.ts";
import type { ModuleCall } from "../../src/rpc/module-stream.ts";
import { connect } from "../../src/sdk/connect.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { startGateway } from "../support/gateway-process.ts";
import { collect } from "../support/iteration.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf } from "../support/module-bytes.ts";
import { ScriptedNode } from "../support/scripted-node.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function setup() {
  const running = await startGateway(["echo"]);
  const wasm = Buffer.from(await kernelModule("echo"));
  const fetched: { readonly by: string; readonly from: string }[] = [];
  const warnings: string[] = [];
  const fabric = await connect(running.address);
  onTestFinished(() => fabric.close());
  const start = async (id: string, folder = temporaryFolder(), unixPath = "") => {
    const node = new Node({
      id,
      schedulers: [running.address],
      secret: running.secret,
      bind: { host: "127.0.0.1", port: 0, insecure: false },
      unixPath,
      workers: new NodeWorkers(1),
      zone: "",
      modules: await openModuleStore({ folder, maxBytes: limits.moduleCacheMaxBytes }),
      events: {
        accepted: () => {},
        lost: () => {},
        fetched: (_, from) => fetched.push({ by: id, from }),
        warn: (text) => warnings.push(text),
      },
    });
    onTestFinished(() => node.stop("the test is over"));
    const address = await node.start();
    return { node, address, folder };
  };
  /** Calls until a node has fetched what it needs. */
  const callUntil = async (met: () => boolean) => {
    while (!met()) {
      const calls = Array.from({ length: 8 }, () => fabric.invoke<string>("echo/say", { text: "x" }));
      expect(new Set(await Promise.all(calls))).toEqual(new Set(["x"]));
    }
  };
  const deploy = () => deployKernel(running.client, [{ header: { size: wasm.length } }, { data: wasm }]);
  return { ...running, wasm, digest: digestOf(wasm), fabric, fetched, warnings, start, callUntil, deploy };
}

describe("ModuleSources", () => {
  it("burdens the scheduler with few of eight nodes that start on a deployed kernel", async () => {
    const { start, ready, deploy, fetched, address, warnings } = await setup();
    await Promise.all(Array.from({ length: 8 }, (_, index) => start(`node-${index}`)));
    await ready(8);
    expect((await deploy()).readyNodes).toHaveLength(8);
    expect(fetched.map(({ by }) => by).toSorted()).toEqual(
      Array.from({ length: 8 }, (_, at) => `node-${at}`),
    );
    // One, unless this machine was so busy that a peer was silent for a second.
    expect(fetched.filter(({ from }) => from === address).length).toBeLessThanOrEqual(1 + warnings.length);
    expect(warnings.length).toBeLessThan(4);
  });

  it("finds a module that the scheduler has lost", async () => {
    const { start, ready, callUntil, fetched, modules, digest, address } = await setup();
    const first = await start("first");
    await ready(1);
    await callUntil(() => fetched.length === 1);
    await modules.delete(digest);
    await start("second");
    await ready(2);
    await callUntil(() => fetched.length === 2);
    expect(fetched).toEqual([
      { by: "first", from: address },
      { by: "second", from: first.address },
    ]);
  });

  it("asks over Unix sockets where both nodes have one", async () => {
    const { start, ready, callUntil, fetched } = await setup();
    const socket = join(temporaryFolder(), "first.sock");
    await start("first", temporaryFolder(), socket);
    await ready(1);
    await callUntil(() => fetched.length === 1);
    await start("second", temporaryFolder(), join(temporaryFolder(), "second.sock"));
    await ready(2);
    await callUntil(() => fetched.length === 2);
    expect(fetched[1]?.from).toBe(`unix:${socket}`);
  });

  it.each<[string, RegExp, (call: ModuleCall) => void]>([
    [
      "sends other bytes",
      /arrived with digest/,
      (call) => {
        call.write({ data: Buffer.from("not it"), size: 6 });
        call.end();
      },
    ],
    ["says nothing", /did not come in time/, () => {}],
    [
      "stops in the middle",
      /did not come in time/,
      (call) => call.write({ data: Buffer.alloc(9), size: 99 }),
    ],
    [
      "says only that it is at work",
      /did not come in time/,
      (call) => {
        const alive = setInterval(() => call.write({}), 200);
        call.on("cancelled", () => clearInterval(alive));
      },
    ],
    [
      "sends without end",
      /more than \d+ bytes/,
      (call) => {
        const data = Buffer.alloc(1024 * 1024);
        const more = (): void => {
          while (!call.cancelled && call.write({ data }));
          if (!call.cancelled) call.once("drain", more);
        };
        more();
      },
    ],
    ["sends nothing", /arrived with digest/, (call) => call.end()],
    ["goes away", /./, (call) => void call.emit("error", { code: 14, details: "away" })],
  ])("gets over a peer that %s", async (_, said, sendModule) => {
    const { start, ready, node, callUntil, fetched, warnings, address, deploy } = await setup();
    await node({ id: "peer", sendModule });
    await deploy(); // the peer says that it is ready
    await start("real");
    await ready(2);
    await callUntil(() => fetched.length === 1);
    expect(fetched).toEqual([{ by: "real", from: address }]);
    expect(warnings).toEqual([expect.stringMatching(/^node at 127\.0\.0\.1:\d+ gave no module: /)]);
    expect(warnings[0]).toMatch(said);
  });

  it("needs no fetch after a restart, and one when the disk was damaged meanwhile", async () => {
    const { start, ready, callUntil, fetched, fabric } = await setup();
    const { node, folder } = await start("node");
    await ready(1);
    await callUntil(() => fetched.length === 1);
    await node.stop("restart");
    const again = await start("node", folder);
    expect(await fabric.invoke("echo/say", { text: "kept" })).toBe("kept");
    await again.node.stop("restart");
    expect(fetched).toHaveLength(1);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "damaged");
    await start("node", folder);
    expect(await fabric.invoke("echo/say", { text: "whole" })).toBe("whole");
    expect(fetched).toHaveLength(2);
  });
});

describe("fetchModule", () => {
  const facts = { unrestorable: ["it says so"], varies: true, growsTables: false };
  const sending = (version: string) => (call: ModuleCall) => {
    call.write({ data: Buffer.from("module"), size: 6 });
    call.write({ facts: { version, ...facts } });
    call.end();
  };
  const digest = digestOf(Buffer.from("module"));

  it.each([
    ["the same version", version, { version, ...facts }],
    ["another version", "0.0.1", undefined],
  ])("takes what was found in the code from %s or not", async (_, theirs, taken) => {
    const { address } = await ScriptedNode.start({ sendModule: sending(theirs) });
    const channel = openChannel(address, "fabric");
    onTestFinished(() => closeChannel(channel));
    const fetched = await fetchModule({ channel, of: "node", secret: "", digest, silentMs: 60_000 });
    expect(fetched.facts).toEqual(taken);
    expect(Buffer.from(fetched.bytes).toString()).toBe("module");
  });

  it("takes nothing but bytes from a peer", async () => {
    const { address } = await ScriptedNode.start({ sendModule: sending(version) });
    const sources = new ModuleSources({
      schedulers: [],
      secret: "",
      fetched: () => {},
      peerFailed: () => {},
    });
    onTestFinished(() => sources.close());
    const { bytes, facts: taken } = await sources.fetch(digest, [address], () => {});
    expect([Buffer.from(bytes).toString(), taken]).toEqual(["module", undefined]);
  });

  it.each([0, 1, 7, 2 ** 32])("goes by the bytes that come, where %i are announced", async (size) => {
    const sendModule = (call: ModuleCall): void => {
      for (const part of ["mod", "u", "", "le"]) call.write({ data: Buffer.from(part), size });
      call.end();
    };
    const { address } = await ScriptedNode.start({ sendModule });
    const channel = openChannel(address, "fabric");
    onTestFinished(() => closeChannel(channel));
    const { bytes } = await fetchModule({ channel, of: "node", secret: "", digest, silentMs: 60_000 });
    expect(Buffer.from(bytes).toString()).toBe("module");
  });
});

describe("fetchModule from files", () => {
  const bytes = Buffer.from("module");
  const digest = digestOf(bytes);
  const facts = { version, unrestorable: [], varies: false, growsTables: false };

  /** A peer that names files to those who ask for them, and sends to others. */
  async function fetchFrom(files: readonly string[], early: (bytes: Uint8Array) => void = () => {}) {
    const asked: boolean[] = [];
    const ended = Promise.withResolvers<void>();
    const { address } = await ScriptedNode.start({
      sendModule: (call) => {
        asked.push(call.request.files);
        if (!call.request.files) {
          call.write({ data: bytes, size: 6 });
          call.end();
          return;
        }
        call.write({ files: [...files], size: 6 });
        void ended.promise.then(() => {
          call.write({ facts });
          call.end();
        });
      },
    });
    const channel = openChannel(address, "fabric");
    onTestFinished(() => closeChannel(channel));
    const fetching = fetchModule({ channel, of: "node", secret: "", digest, silentMs: 60_000, files: early });
    return { fetching, asked, end: () => ended.resolve() };
  }

  it("reads the module, tells of it at once, and has it when it is admitted", async () => {
    const path = join(temporaryFolder(), "module");
    writeFileSync(path, bytes);
    const early = Promise.withResolvers<Uint8Array>();
    const { fetching, asked, end } = await fetchFrom(["/nowhere", path], early.resolve);
    let isHere = false;
    void fetching.then(() => (isHere = true));
    const read = await early.promise;
    expect([Buffer.from(read).equals(bytes), isHere]).toEqual([true, false]);
    end();
    expect(await fetching).toEqual({ bytes: read, facts, path });
    expect(asked).toEqual([true]);
  });

  it.each<[string, (path: string) => void]>([
    ["is not there", () => {}],
    ["has other bytes", (path) => writeFileSync(path, "other")],
    ["cannot be read", (path) => mkdirSync(path)],
  ])("has it sent when the file %s", async (_, make) => {
    const path = join(temporaryFolder(), "module");
    make(path);
    const { fetching, asked } = await fetchFrom([path]);
    const fetched = await fetching;
    expect([Buffer.from(fetched.bytes).equals(bytes), fetched.path]).toEqual([true, undefined]);
    expect(asked).toEqual([true, false]);
  });

  it("tries so many files and no more", async () => {
    const path = join(temporaryFolder(), "module");
    writeFileSync(path, bytes);
    const { fetching, asked } = await fetchFrom(["/nowhere", "/nowhere", path]);
    await fetching;
    expect(asked).toEqual([true, false]);
  });
});

describe("Executor.FetchModule", () => {
  it("gives modules to those who know the secret, and says what it does not have", async () => {
    const { start, ready, callUntil, fetched, digest, secret, wasm } = await setup();
    const { address } = await start("node");
    await ready(1);
    await callUntil(() => fetched.length === 1);
    const channel = openChannel(address, "fabric");
    onTestFinished(() => closeChannel(channel));
    const fetch = (wanted: string, known: string) =>
      collect(fetchModuleStream(channel, "node", { digest: wanted }, secretMetadata(known)));
    const parts = await fetch(digest, secret);
    expect(Buffer.concat(parts.map(({ data }) => data)).equals(wasm)).toBe(true);
    await expect(fetch(digest, "guess")).rejects.toMatchObject({ reason: "BAD_SECRET" });
    for (const unknown of ["", "../../etc/passwd", "0".repeat(64)])
      await expect(fetch(unknown, secret)).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
  });
});
