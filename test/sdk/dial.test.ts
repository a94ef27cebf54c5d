import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { version } from "../../src/base/version.ts";
import { connect } from "../../src/sdk/connect.ts";
import { dialSession } from "../../src/sdk/dial.ts";
import { ScriptedGateway, type ScriptedGatewayOptions } from "../support/scripted-gateway.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A gateway that offers its Unix socket, and a client that has called it once. */
async function setup(options: ScriptedGatewayOptions = {}, unixPath = socketIn(temporaryFolder())) {
  const gateway = await ScriptedGateway.start({ unixPath, ...options });
  const fabric = await connect(gateway.address);
  onTestFinished(() => fabric.close());
  expect(await fabric.invoke("pure/double", { number: 4 })).toBe(8);
  return { gateway, fabric, unixPath };
}

function socketIn(folder: string): string {
  return join(folder, "gateway.sock");
}

/** Batches that came by each session, in the order in which these were opened. */
function batches({ sessions }: ScriptedGateway): number[] {
  return sessions.map(({ frames }) => frames.batches.length);
}

describe("dialSession", () => {
  it("moves to the Unix socket that the gateway offers, and leaves nothing open by TCP", async () => {
    const { gateway } = await setup();
    expect(batches(gateway)).toEqual([0, 1]);
    expect(gateway.sessions[1]?.hello.clientId).toBe(`${gateway.sessions[0]?.hello.clientId}-local`);
    await expect(gateway.sessions[0]?.closed).resolves.toBeUndefined();
  });

  it("carries large payloads after the move", async () => {
    const { fabric, gateway } = await setup();
    const padding = new Uint8Array(1_000_000);
    expect(await fabric.invoke("pure/double", { number: 21, padding })).toBe(42);
    expect(batches(gateway)).toEqual([0, 2]);
  });

  it("moves anew after a loss", async () => {
    const { fabric, gateway } = await setup();
    gateway.sessions[1]?.link.close(undefined);
    await gateway.session(3);
    expect(await fabric.invoke("pure/double", { number: 5 })).toBe(10);
    expect(batches(gateway)).toEqual([0, 1, 0, 1]);
  });

  it("takes the Unix socket itself for an address", async () => {
    const { gateway, unixPath } = await setup();
    const fabric = await connect(`unix:${unixPath}`);
    onTestFinished(() => fabric.close());
    expect(await fabric.invoke("pure/double", { number: 5, padding: new Uint8Array(100_000) })).toBe(10);
    expect(batches(gateway)).toEqual([0, 1, 1]);
  });

  it("stays where a relay lies between the two", async () => {
    const { gateway } = await setup();
    const relay = await TcpRelay.start(gateway.address);
    const fabric = await connect(relay.address);
    onTestFinished(() => fabric.close());
    expect(await fabric.invoke("pure/double", { number: 5 })).toBe(10);
    expect(batches(gateway)).toEqual([0, 1, 1]);
  });

  it("stays where the path leads to another gateway", async () => {
    const unixPath = socketIn(temporaryFolder());
    const other = await ScriptedGateway.start({ unixPath, incarnation: 2 });
    const gateway = await ScriptedGateway.start({ says: { unixPath } });
    const fabric = await connect(gateway.address);
    onTestFinished(() => fabric.close());
    expect(await fabric.invoke("pure/double", { number: 5 })).toBe(10);
    expect([batches(gateway), batches(other)]).toEqual([[1], [0]]);
  });

  it("stays where nothing listens any more, or ever has", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    for (const name of ["file", "none"]) {
      const gateway = await ScriptedGateway.start({ says: { unixPath: join(folder, name) } });
      const fabric = await connect(gateway.address);
      onTestFinished(() => fabric.close());
      expect(await fabric.invoke("pure/double", { number: 5 })).toBe(10);
      expect(batches(gateway)).toEqual([1]);
    }
  });

  it("stays where others may put a socket of theirs", async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o777);
    const { gateway } = await setup({}, socketIn(folder));
    expect(batches(gateway)).toEqual([1]);
  });

  it.each(["says nothing", "hangs up"])("stays where what listens %s", async (how) => {
    const unixPath = socketIn(temporaryFolder());
    const mute = createServer((socket) => {
      if (how === "hangs up") socket.destroy();
    });
    await new Promise<void>((resolve) => mute.listen(unixPath, resolve));
    onTestFinished(() => void mute.close());
    const gateway = await ScriptedGateway.start({ says: { unixPath } });
    const welcome = Promise.withResolvers<void>();
    const hello = { version, clientId: "client", bulk: false, namespace: "", principal: "", epoch: 1 };
    const events = {
      welcome: () => welcome.resolve(),
      result: () => {},
      version: () => {},
      closed: () => {},
    };
    const dialled = dialSession(gateway.address, hello, events, 20);
    onTestFinished(() => dialled.close());
    await welcome.promise;
    expect(dialled.link.writer).toBeDefined();
    expect(gateway.sessions).toHaveLength(1);
  });
});
