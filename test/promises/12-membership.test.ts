/** Nodes join, leave, crash and are refused at any time, and no call that can be served fails. */
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, type Fabric } from "../../src/index.ts";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import { nodesUntil, readyCount } from "../support/cluster.ts";
import { fabricParts } from "../support/fabric-parts.ts";
import { keepCalling } from "../support/good-calls.ts";
import { lineMatching } from "../support/heddle-process.ts";
import { kernelModule, mixed } from "../support/kernels.ts";

async function connectTo(address: string): Promise<Fabric> {
  const fabric = await connect(address);
  onTestFinished(() => fabric.close());
  return fabric;
}

describe("heddle node", () => {
  it("waits for a scheduler that starts later, and joins it", async () => {
    const parts = await fabricParts();
    const node = await parts.startNode("early");
    expect(await lineMatching(node.notes, /./)).toMatch(/^heddle node early: scheduler .*; trying again$/);
    await parts.startScheduler();
    await nodesUntil(await connectTo(parts.address), (nodes) => readyCount(nodes) === 1);
  });

  it("with the wrong secret is refused, with one line and exit code 1", async () => {
    const parts = await fabricParts();
    await parts.startScheduler();
    const node = await parts.startNode("stranger", { secret: "f".repeat(64) });
    const { code, stderr } = await node.closed;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\{"error":\{"code":"UNAUTHENTICATED","reason":"BAD_SECRET","message":".*"\}\}\n$/,
    );
  });

  it("that takes the id of another ends that one, and serves in its place", async () => {
    const parts = await fabricParts();
    await parts.startScheduler();
    const fabric = await connectTo(parts.address);
    const first = await parts.startNode("twin", { data: "first" });
    await nodesUntil(fabric, (nodes) => readyCount(nodes) === 1);
    const second = await parts.startNode("twin", { data: "second" });
    const { code, stderr } = await first.closed;
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: "INVALID_ARGUMENT",
        reason: "BAD_REQUEST",
        message: `node id "twin" was taken over by process ${second.pid}, which started later`,
      },
    });
    const nodes = await nodesUntil(fabric, (now) => readyCount(now) === 1);
    expect(nodes.get("twin")?.facts?.pid).toBe(second.pid);
  });
});

describe("a rolling restart", () => {
  it("fails no call", async () => {
    const parts = await fabricParts();
    await parts.startScheduler();
    const fabric = await connectTo(parts.address);
    const old = [await parts.startNode("one"), await parts.startNode("two")];
    await fabric.admin.deploy(await kernelModule("work"));
    await nodesUntil(fabric, (nodes) => readyCount(nodes) === 2);
    await keepCalling(fabric, 8);
    for (const [index, node] of old.entries()) {
      node.kill("SIGTERM");
      expect((await node.closed).code).toBe(0);
      await nodesUntil(fabric, (nodes) => readyCount(nodes) === 1);
      await parts.startNode(index === 0 ? "one" : "two");
      await nodesUntil(fabric, (nodes) => readyCount(nodes) === 2);
    }
    const left = (await fabric.admin.nodes()).filter(({ state }) => state !== NodeState.NODE_STATE_READY);
    expect(left).toEqual([]);
  });
});

describe("a scheduler that is killed and started again", () => {
  it("has its nodes and kernels back, and a map goes on with each index once", async () => {
    const parts = await fabricParts();
    const scheduler = await parts.startScheduler();
    await Promise.all([parts.startNode("one"), parts.startNode("two")]);
    const fabric = await connectTo(parts.address);
    await fabric.admin.deploy(await kernelModule("work"));
    await nodesUntil(fabric, (nodes) => readyCount(nodes) === 2);

    const rounds = 300_000;
    const inputs = Array.from({ length: 4_000 }, (_, seed) => ({ seed, rounds }));
    const times = new Uint8Array(inputs.length);
    const wrong: number[] = [];
    let done = 0;
    let again: Promise<unknown> | undefined;
    for await (const { index, value } of fabric.map("work/mix", inputs, { ordered: false })) {
      times[index] = (times[index] ?? 0) + 1;
      if (value !== mixed(index, rounds)) wrong.push(index);
      if (++done === 1_000) {
        scheduler.kill("SIGKILL");
        again = scheduler.closed.then(() => parts.startScheduler());
      }
    }
    await again;
    expect({ done, wrong, once: times.every((count) => count === 1) }).toEqual({
      done: 4_000,
      wrong: [],
      once: true,
    });
    expect((await fabric.admin.kernels()).map(({ name }) => name)).toEqual(["work"]);
    await nodesUntil(fabric, (nodes) => readyCount(nodes) === 2);
  });
});
