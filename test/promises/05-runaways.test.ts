/** A kernel that traps, hoards memory or never ends hurts its own call and nobody else's. */
import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/index.ts";
import { openCluster, processesWith, type Cluster } from "../support/cluster.ts";
import { failureOf, keepCalling } from "../support/good-calls.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, workers: 1, kernels: ["work", "wild"] });
  return () => cluster.stop();
});

describe("a call of a kernel that", () => {
  it.each([
    [
      "traps",
      "crash",
      {},
      "UNKNOWN KERNEL_TRAP",
      /^function "crash" trapped: unreachable at wild\.ts:\d+:\d+ in crash$/,
    ],
    [
      "recurses without end",
      "dive",
      { depth: 1 },
      "UNKNOWN KERNEL_TRAP",
      /^function "dive" trapped: .*stack/,
    ],
    ["hoards memory", "hoard", {}, "RESOURCE_EXHAUSTED MEMORY_LIMIT", /memory maximum/],
    ["refuses", "refuse", { code: 9, message: "no loom" }, "FAILED_PRECONDITION KERNEL_FAILED", /^no loom$/],
    ["never ends", "spin", {}, "DEADLINE_EXCEEDED TIME_LIMIT", /time limit/],
  ])(
    "%s fails with its own status, and every other call goes on",
    async (_what, fn, input, expected, text) => {
      await keepCalling(cluster.fabric);
      const { codeAndReason, said } = await failureOf(cluster.fabric.invoke(`wild/${fn}`, input));
      expect(codeAndReason).toBe(expected);
      expect(said).toMatch(text);
    },
  );

  it("did any of this to a node leaves the node's process alive", () => {
    for (const { id, pid } of cluster.nodes)
      expect(
        processesWith(cluster.folder).some((line) => line.startsWith(`${pid} `)),
        id,
      ).toBe(true);
  });
});

describe("a map over inputs of which some run away", () => {
  it("gives each its own outcome, by its index", async () => {
    await keepCalling(cluster.fabric);
    const reasons = [0, "KERNEL_TRAP", "TIME_LIMIT", "MEMORY_LIMIT", "KERNEL_FAILED"];
    const kinds = Array.from({ length: 60 }, (_, index) =>
      index % 3 === 0 ? [1, 3, 4][(index / 3) % 3] : 0,
    );
    kinds[31] = 2;
    const inputs = kinds.map((kind) => ({ kind }));
    const outcomes: unknown[] = [];
    for await (const { index, value, error } of cluster.fabric.map("wild/behave", inputs, {
      onError: "collect",
    }))
      outcomes.push([index, error instanceof HeddleError ? error.reason : value]);
    expect(outcomes).toEqual(kinds.map((kind, index) => [index, reasons[kind ?? 0]]));
  });
});

describe("state", () => {
  it("is fresh for every call, after a trap as well", async () => {
    const counts: unknown[] = [];
    for (let call = 0; call < 20; call++) {
      if (call % 5 === 4) await failureOf(cluster.fabric.invoke("wild/crash", {}));
      counts.push(await cluster.fabric.invoke("work/count", {}));
    }
    expect(new Set(counts)).toEqual(new Set([1]));
    const mapped: unknown[] = [];
    for await (const { value } of cluster.fabric.map(
      "work/count",
      Array.from({ length: 500 }, () => ({})),
    ))
      mapped.push(value);
    expect(mapped).toEqual(Array.from({ length: 500 }, () => 1));
  });
});
