import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/sdk/connect.ts";
import type { ConnectOptions } from "../../src/sdk/options.ts";
import { version } from "../../src/base/version.ts";
import { numbersOf, ScriptedGateway, type ScriptedGatewayOptions } from "../support/scripted-gateway.ts";
import { TcpRelay } from "../support/tcp-relay.ts";

async function setup(options: ScriptedGatewayOptions = {}, connectOptions: ConnectOptions = {}) {
  const gateway = await ScriptedGateway.start(options);
  const relay = await TcpRelay.start(gateway.address);
  const fabric = await connect(relay.address, connectOptions);
  onTestFinished(() => fabric.close());
  return { gateway, relay, fabric };
}

describe("connect", () => {
  it("waits for ever when told to: no timer of the platform takes Infinity", async () => {
    const endless = { connectTimeoutMs: Infinity, reconnectMs: Infinity };
    const { relay, fabric } = await setup({}, endless);
    expect(await fabric.invoke("pure/double", { number: 1 })).toBe(2);
    await relay.cut();
    const result = fabric.invoke("pure/double", { number: 2 });
    await relay.restore();
    expect(await result).toBe(4);
  });

  it("refuses a wait that is none", async () => {
    await expect(connect("127.0.0.1:1", { reconnectMs: Number.NaN })).rejects.toMatchObject({
      reason: "BAD_REQUEST",
    });
  });

  it("says UNREACHABLE where nothing listens", async () => {
    const gateway = await ScriptedGateway.start();
    const relay = await TcpRelay.start(gateway.address);
    await relay.cut();
    await expect(connect(relay.address)).rejects.toMatchObject({
      reason: "UNREACHABLE",
      rawMessage: expect.stringContaining(
        `nothing answers at ${relay.address}; is \`heddle up\` running there?`,
      ) as string,
    });
  });

  it("says UNREACHABLE where something listens and does not answer", async () => {
    const silent = createServer();
    const address = await new Promise<string>((resolve) =>
      silent.listen(0, "127.0.0.1", () => {
        const bound = silent.address();
        resolve(typeof bound === "object" && bound !== null ? `127.0.0.1:${bound.port}` : "");
      }),
    );
    onTestFinished(() => void silent.close());
    await expect(connect(address, { connectTimeoutMs: 50 })).rejects.toMatchObject({
      reason: "UNREACHABLE",
      rawMessage: `${address} did not answer within 50 ms`,
    });
  });

  it.each(["9.9.9", "0.3.0", "nonsense", ""])("refuses a gateway of version %o", async (theirs) => {
    const gateway = await ScriptedGateway.start({ version: theirs });
    await expect(connect(gateway.address)).rejects.toMatchObject({
      reason: "VERSION_SKEW",
      rawMessage: `gateway ${gateway.address} speaks version ${JSON.stringify(theirs)}, this side ${version}; at most one minor version apart works together`,
    });
  });

  it("tells the gateway who connects", async () => {
    const { gateway } = await setup({}, { principal: "somebody" });
    const { hello } = await gateway.session(0);
    expect(hello).toMatchObject({ version, principal: "somebody", epoch: 1, bulk: false });
    expect(hello.clientId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("Connection", () => {
  it("comes back under the same client with a later epoch when it is lost", async () => {
    const { gateway, relay, fabric } = await setup();
    expect(await fabric.invoke("pure/double", { number: 1 })).toBe(2);
    relay.drop();
    const [first, second] = [await gateway.session(0), await gateway.session(1)];
    expect(second.hello.clientId).toBe(first.hello.clientId);
    expect(second.hello.epoch).toBeGreaterThan(first.hello.epoch);
    expect(await fabric.invoke("pure/double", { number: 2 })).toBe(4);
  });

  it("submits again what had not settled, under a new number and with its functions named anew", async () => {
    const { gateway, relay, fabric } = await setup({ script: () => {} });
    const result = fabric.invoke("pure/double", { number: 21 });
    const lost = await gateway.session(0);
    await lost.frames.count("batch", 1);
    gateway.script = (session, frame) => session.settle(frame);
    relay.drop();
    expect(await result).toBe(42);
    const { frames } = await gateway.session(1);
    expect(frames.frames.map(({ kind }) => kind)).toEqual(["function", "batch"]);
    expect(frames.batches[0]?.id).not.toBe(lost.frames.batches[0]?.id);
  });

  it("does not submit again what has effects", async () => {
    const { gateway, relay, fabric } = await setup({ script: () => {} });
    const unsafe = fabric.invoke("effect/double", { number: 1 });
    const safe = fabric.invoke("effect/double", { number: 2 }, { idempotencyKey: "order-7" });
    await (await gateway.session(0)).frames.count("batch", 2);
    gateway.script = (session, frame) => session.settle(frame);
    relay.drop();
    await expect(unsafe).rejects.toMatchObject({
      reason: "CONNECTION_LOST",
      rawMessage: expect.stringContaining("has effects") as string,
    });
    expect(await safe).toBe(4);
    expect((await gateway.session(1)).numbers).toEqual([2]);
  });

  it("submits again what a gateway that shuts down did not begin with, also what has effects", async () => {
    const { gateway, relay, fabric } = await setup({
      script: (session, frame) => {
        if (numbersOf(frame)[0] === 9) session.settle(frame);
        else session.fail(frame, 0, "GATEWAY_STOPPING", frame.count);
      },
    });
    const results = Promise.all([
      fabric.invoke("pure/double", { number: 1 }),
      fabric.invoke("effect/double", { number: 2 }),
      valuesOf(fabric.map("effect/double", [{ number: 3 }, { number: 4 }])),
    ]);
    await (await gateway.session(0)).frames.until(() => gateway.sessions[0]?.numbers.length === 4);
    await fabric.invoke("pure/double", { number: 9 }); // what was said before it has come
    gateway.script = (session, frame) => session.settle(frame);
    relay.drop();
    expect(await results).toEqual([2, 4, [6, 8]]);
  });

  it("waits for a gateway that comes back in time", async () => {
    const { relay, fabric } = await setup();
    await fabric.describe("pure/double");
    await relay.cut();
    const result = fabric.invoke("pure/double", { number: 3 });
    await relay.restore();
    expect(await result).toBe(6);
  });

  it("gives up on a gateway that stays away, and then refuses at once until it is back", async () => {
    const { gateway, relay, fabric } = await setup({ script: () => {} }, { reconnectMs: 60 });
    const result = fabric.invoke("pure/double", { number: 3 });
    await (await gateway.session(0)).frames.count("batch", 1);
    await relay.cut();
    await expect(result).rejects.toMatchObject({
      reason: "CONNECTION_LOST",
      rawMessage: `the connection to ${relay.address} was lost and did not come back within 60 ms`,
    });
    await expect(fabric.invoke("pure/double", { number: 4 })).rejects.toMatchObject({
      reason: "UNREACHABLE",
    });
    gateway.script = (session, frame) => session.settle(frame);
    await relay.restore();
    await gateway.session(1);
    await (async () => {
      for (;;) {
        // The session is there before this side has read its welcome.
        const value = await fabric.invoke("pure/double", { number: 5 }).catch(() => undefined);
        if (value === 10) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const { numbers } = await gateway.session(1);
    expect(numbers).not.toContain(3);
  });

  // Such an invocation stayed with the connection for ever, and came back with it as an empty batch.
  it("forgets what was cancelled while it was away", async () => {
    const { gateway, relay, fabric } = await setup({ script: () => {} });
    await fabric.describe("pure/double");
    const noticed = fabric.invoke("effect/double", { number: 0 }).catch(() => {});
    await (await gateway.session(0)).frames.count("batch", 1);
    gateway.script = (session, frame) => session.settle(frame);
    await relay.cut();
    await noticed;
    const abort = new AbortController();
    const cancelled = fabric.invoke("pure/double", { number: 1 }, { signal: abort.signal });
    const kept = fabric.invoke("pure/double", { number: 2 }, { priority: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ reason: "CANCELLED" });
    await relay.restore();
    expect(await kept).toBe(4);
    const session = await gateway.session(gateway.sessions.length - 1);
    expect(session.frames.batches.map(({ count }) => count)).toEqual([1]);
  });

  it("fails what is under way when its own process closes it", async () => {
    const { gateway, fabric } = await setup({ script: () => {} });
    const result = fabric.invoke("pure/double", { number: 1 });
    await (await gateway.session(0)).frames.count("batch", 1);
    fabric.close();
    await expect(result).rejects.toMatchObject({ reason: "CANCELLED" });
    await expect(fabric.invoke("pure/double", { number: 1 })).rejects.toMatchObject({ reason: "CANCELLED" });
    fabric.close();
  });

  it("drops a connection whose gateway breaks the protocol, and opens another", async () => {
    const { gateway, fabric } = await setup({ script: () => {} });
    const result = fabric.invoke("pure/double", { number: 1 });
    const broken = await gateway.session(0);
    await broken.frames.count("batch", 1);
    gateway.script = (session, frame) => session.settle(frame);
    broken.link.writer?.cancel({ id: 1, first: 0, count: 0 });
    broken.link.flush();
    expect(await result).toBe(2);
    expect(gateway.sessions).toHaveLength(2);
  });
});

async function valuesOf(results: AsyncIterable<{ readonly value?: unknown }>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { value } of results) values.push(value);
  return values;
}
