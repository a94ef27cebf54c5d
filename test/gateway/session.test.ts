import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { version } from "../../src/base/version.ts";
import { emptyBatch, emptyResult } from "../../src/wire/frame.ts";
import { startGateway } from "../support/gateway-process.ts";
import type { ScriptedNodeOptions } from "../support/scripted-node.ts";
import { openSessionClient, outcomesOf, type SessionClient } from "../support/session-client.ts";

async function setup(options: ScriptedNodeOptions = {}) {
  const running = await startGateway(["echo"]);
  const node = await running.node(options);
  const client = openSessionClient(running.address);
  client.name(1, "echo", "echo");
  return { ...running, node, client };
}

/** Resolves when so many items of a batch have their outcome. */
function settled(client: SessionClient, id: number, count: number): Promise<void> {
  return client.results.until(() => outcomesOf(client, id).size >= count);
}

describe("Session", () => {
  it("says what it lets the client have unsettled", async () => {
    const { client } = await setup();
    expect(await client.welcome).toMatchObject({
      version,
      id: "gateway-1",
      windowBytes: limits.sessionWindowBytes,
      windowItems: limits.sessionWindowItems,
    });
  });

  it("settles a batch by its indices, with the node and the try", async () => {
    const { client } = await setup();
    client.send(7, ["a", "b", "c"]);
    await settled(client, 7, 3);
    expect([...outcomesOf(client, 7).values()]).toEqual(["a", "b", "c"]);
    expect(client.results.results[0]).toMatchObject({ id: 7, node: "node-1", attempt: 1, incarnation: 0 });
  });

  it("adds the next frames of an open batch to it", async () => {
    const { client } = await setup();
    client.send(7, ["a", "b"], { open: true });
    client.send(7, ["c"], { first: 2, open: true });
    client.send(7, [], { first: 3, open: true });
    client.send(7, ["d", "e"], { first: 3 });
    await settled(client, 7, 5);
    expect([...outcomesOf(client, 7).entries()].toSorted()).toEqual(
      ["a", "b", "c", "d", "e"].map((text, index) => [index, text]),
    );
  });

  it("refuses what a client sends without heeding its window, and goes on", async () => {
    const { client } = await setup();
    client.send(7, [], { open: true });
    client.streams.link.writer?.pause({ id: 7, paused: true });
    const sizes = new Uint32Array(limits.mapFrameItemsMax);
    const more = { count: sizes.length, sizes, open: true };
    let first = 0;
    for (; first <= limits.clientQueueItemsMax; first += sizes.length) client.send(7, [], { ...more, first });
    await client.results.count("result", 1);
    const beyond = limits.clientQueueItemsMax - (limits.clientQueueItemsMax % sizes.length);
    const refused = { index: beyond, count: sizes.length, code: 8, reason: "QUEUE_FULL" };
    expect(client.results.results[0]).toMatchObject({ id: 7, first: beyond, errors: [refused] });
    client.cancel(7, 0, 0);
    client.send(8, ["a"]);
    await settled(client, 8, 1);
    expect([...outcomesOf(client, 8).values()]).toEqual(["a"]);
  });

  it("takes an attempt as ended whose results were dropped on their way", async () => {
    const { client, node } = await setup();
    node.script = ({ link }, { id, attempt }) => {
      if (attempt > 1) return node.echo(node.frames.batches.at(-1) ?? expect.unreachable());
      const payloads = Buffer.alloc(8 * 1024 * 1024);
      const sizes = Uint32Array.of(payloads.length);
      link?.sendResult({ ...emptyResult, id, count: 1, sizes, payloads, done: true, incarnation: 1 });
      link?.drop({ id, first: 0, count: 0 });
    };
    client.send(7, ["a"]);
    await settled(client, 7, 1);
    expect([...outcomesOf(client, 7).values()]).toEqual(["a"]);
  });

  it("says once, with the first outcomes of a map, which version it runs on", async () => {
    const { client, modules } = await setup();
    client.send(7, ["a"], { open: true });
    await settled(client, 7, 1);
    client.send(7, ["b"], { first: 1 });
    client.send(8, ["c"]);
    await settled(client, 7, 2);
    await settled(client, 8, 1);
    const digests = [7, 8].map((id) =>
      client.results.results
        .filter((frame) => frame.id === id)
        .map(({ digest }) => Buffer.from(digest).toString("hex")),
    );
    const [echo] = await modules.list();
    expect(digests).toEqual([[echo?.digest, ""], [""]]);
  });

  it("takes large items among small ones", async () => {
    const { client } = await setup();
    const large = "x".repeat(127); // one byte of length in the request
    const payloads = Buffer.alloc(300_000, 1);
    client.send(7, ["a"], { open: true });
    client.streams.link.sendBatch({
      ...emptyBatch,
      id: 7,
      function: 1,
      first: 1,
      count: 1,
      sizes: Uint32Array.of(300_000),
      payloads,
      open: true,
    });
    client.send(7, [large], { first: 2 });
    await settled(client, 7, 3);
    const found = client.results.results.find((frame) => frame.payloads.length >= 300_000);
    expect(found?.first).toBe(1);
    expect(outcomesOf(client, 7).get(2)).toBe(large);
  });

  it("settles an empty batch silently", async () => {
    const { client } = await setup();
    client.send(7, []);
    client.send(8, ["a"]);
    await settled(client, 8, 1);
    expect(client.results.results.every(({ id }) => id === 8)).toBe(true);
  });

  it("tells the tries that came before the result", async () => {
    let tries = 0;
    const { client } = await setup({
      script: (node, frame) => (++tries === 1 ? node.fail(frame, 0, "WORKER_LOST") : node.echo(frame)),
    });
    client.send(7, ["a"]);
    await settled(client, 7, 1);
    const earlier = [{ number: 1, node: "node-1", reason: "WORKER_LOST" }];
    expect(client.results.results[0]).toMatchObject({ attempt: 2, node: "node-1", earlier });
  });

  it("passes on the error of an item", async () => {
    const { client } = await setup({
      script: (node, frame) => node.fail(frame, 0, "KERNEL_TRAP", "it trapped"),
    });
    client.send(7, ["a"]);
    await settled(client, 7, 1);
    const [failed] = client.results.results[0]?.errors ?? [];
    expect(failed).toMatchObject({
      index: 0,
      code: 2,
      reason: "KERNEL_TRAP",
      message: "it trapped",
      attempts: 1,
      node: "node-1",
    });
  });

  it("refuses items of a function that is not there, also those that come later", async () => {
    const { client } = await setup();
    client.name(2, "echo", "nothing");
    client.name(3, "nothing", "echo");
    client.send(7, ["a", "b"], { function: 2, open: true });
    client.send(7, ["c"], { function: 2, first: 2, open: true });
    client.send(7, [], { function: 2, first: 3 });
    client.send(8, ["a"], { function: 3 });
    await settled(client, 8, 1);
    expect([...outcomesOf(client, 7).values()]).toEqual([
      "FUNCTION_NOT_FOUND",
      "FUNCTION_NOT_FOUND",
      "FUNCTION_NOT_FOUND",
    ]);
    expect([...outcomesOf(client, 8).values()]).toEqual(["KERNEL_NOT_FOUND"]);
    client.send(7, ["again"]);
    await settled(client, 7, 3);
  });

  it("gives up the items that are cancelled, before and after they are sent to a node", async () => {
    const { client, node } = await setup({ script: () => {} });
    client.send(7, ["a", "b", "c"]);
    await node.frames.count("batch", 1);
    client.cancel(7, 1, 1);
    await node.frames.count("cancel", 1);
    expect(node.frames.frames.at(-1)?.frame).toMatchObject({ first: 1, count: 1 });
    await settled(client, 7, 1);
    expect(outcomesOf(client, 7).get(1)).toBe("CANCELLED");
    const [frame] = node.frames.batches;
    if (frame !== undefined) node.echo(frame);
    await settled(client, 7, 3);
    expect([...outcomesOf(client, 7).entries()].toSorted()).toEqual([
      [0, "a"],
      [1, "CANCELLED"],
      [2, "c"],
    ]);
  });

  it("forgets a map that is cancelled whole, and what still comes of it", async () => {
    const { client, node } = await setup({ script: () => {} });
    client.send(7, ["a"], { open: true });
    await node.frames.count("batch", 1);
    client.cancel(7, 0, 0);
    await settled(client, 7, 1);
    client.send(7, ["late"], { first: 1, open: true });
    node.script = (_, frame) => node.echo(frame);
    client.send(8, ["b"]);
    await settled(client, 8, 1);
    expect([...outcomesOf(client, 7).values()]).toEqual(["CANCELLED"]);
  });

  it("refuses more batches at once than its limit, and goes on", async () => {
    const { client } = await setup();
    await client.welcome;
    for (let id = 1; id <= limits.sessionBatchesMax; id++) client.send(id, [], { open: true });
    const late = limits.sessionBatchesMax + 1;
    client.send(late, ["a"]);
    await settled(client, late, 1);
    expect(client.results.results[0]?.errors[0]).toMatchObject({ reason: "QUEUE_FULL" });
    client.cancel(1, 0, 0);
    // A cancel settles at the end of the gateway's turn: one round trip later it has.
    client.send(late + 1, ["b"]);
    await settled(client, late + 1, 1);
    client.send(late + 2, ["c"]);
    await settled(client, late + 2, 1);
    expect(outcomesOf(client, late + 2).get(0)).toBe("c");
  });

  it("refuses keys that are too long to travel with every frame", async () => {
    const { client } = await setup();
    client.send(7, ["a"], { affinity: "x".repeat(limits.keyMaxChars + 1) });
    await settled(client, 7, 1);
    expect(client.results.results[0]?.errors[0]).toMatchObject({ code: 3, reason: "BAD_REQUEST" });
  });

  it("ends with a client that names a function by a text without bound", async () => {
    const { client } = await setup();
    client.name(2, "k".repeat(limits.keyMaxChars + 1), "echo");
    expect(await client.closed).toMatchObject({ reason: "BAD_REQUEST" });
  });

  it("ignores a cancel of what it does not know", async () => {
    const { client } = await setup();
    client.cancel(99, 0, 0);
    client.send(7, ["a"]);
    await settled(client, 7, 1);
  });

  it("gives its work up when the client goes", async () => {
    const { client, node } = await setup({ script: () => {} });
    client.send(7, ["a", "b"]);
    await node.frames.count("batch", 1);
    client.streams.close();
    await node.frames.count("cancel", 1);
  });

  it("passes deadlines on, and fails what is late by itself", async () => {
    const { client, node } = await setup({ script: () => {} });
    client.send(7, ["a"], { deadlineMs: 60 });
    await settled(client, 7, 1);
    expect([...outcomesOf(client, 7).values()]).toEqual(["DEADLINE"]);
    expect(node.frames.batches[0]?.deadlineMs).toBeLessThanOrEqual(60);
    node.script = (_, frame) => node.echo(frame);
    client.send(8, ["a"]);
    await settled(client, 8, 1);
    expect(node.frames.batches[1]?.deadlineMs).toBeGreaterThan(limits.deadlineMaxMs - 60_000);
    client.send(9, ["a"], { open: true });
    await settled(client, 9, 1);
    expect(node.frames.batches[2]?.deadlineMs).toBe(0);
  });

  // A session that was paused because large results waited for their connection was not woken when they had left, since
  // that connection had never been full: its maps stood still for ever.
  it("goes on when large results that filled its outbox have left", async () => {
    const { client } = await setup();
    const size = Math.ceil(limits.sessionOutboxBytes * 1.25);
    const payloads = Buffer.alloc(size, 1);
    const sizes = Uint32Array.of(size);
    client.streams.link.sendBatch({ ...emptyBatch, id: 7, function: 1, count: 1, sizes, payloads });
    await settled(client, 7, 1);
    client.send(8, ["after"]);
    await settled(client, 8, 1);
  });

  it("starts nothing new of a map that its client has paused, until it goes on", async () => {
    const { client, node } = await setup();
    client.send(7, ["a"], { open: true });
    await settled(client, 7, 1);
    client.streams.link.writer?.pause({ id: 7, paused: true });
    client.send(7, ["b"], { first: 1, open: true });
    client.send(8, ["other"]);
    await settled(client, 8, 1);
    expect(node.frames.batches).toHaveLength(2);
    client.streams.link.writer?.pause({ id: 7, paused: false });
    client.streams.link.flush();
    await settled(client, 7, 2);
  });

  it("answers a batch that does not begin with its first item", async () => {
    const { client } = await setup();
    client.send(7, ["a"], { first: 3 });
    await settled(client, 7, 1);
    expect([...outcomesOf(client, 7).values()]).toEqual(["BAD_REQUEST"]);
  });

  describe("ends the session with a status when the client", () => {
    it.each([
      [
        "uses a function without a name",
        "a batch uses the unknown function 5",
        (client: SessionClient) => client.send(7, ["a"], { function: 5 }),
      ],
      [
        "names a function twice",
        "function 1 is named twice",
        (client: SessionClient) => client.name(1, "echo", "sum"),
      ],
      [
        "leaves items out",
        "batch 7: the next item is 1, a frame came with item 2",
        (client: SessionClient) => {
          client.send(7, ["a"], { open: true });
          client.send(7, ["b"], { first: 2, open: true });
        },
      ],
      [
        "sends what only gateways send",
        "a client sent a Credit",
        (client: SessionClient) => {
          client.streams.link.writer?.credit({
            queueMs: 1,
            queueBytes: 1,
            attempts: 1,
            draining: false,
            held: false,
          });
          client.streams.link.flush();
        },
      ],
      [
        "says Hello again",
        "a client sent a second Hello",
        (client: SessionClient) => {
          client.streams.link.writer?.hello({
            version,
            clientId: "x",
            bulk: false,
            namespace: "",
            principal: "",
            epoch: 1,
          });
          client.streams.link.flush();
        },
      ],
    ])("%s", async (_, rawMessage, act) => {
      const { client } = await setup({ script: () => {} });
      act(client);
      expect(await client.closed).toMatchObject({ reason: "PROTOCOL", rawMessage });
    });
  });
});
