import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { BatchQueue } from "../../src/worker/batch-queue.ts";
import { HeldBatch } from "../../src/worker/held-batch.ts";
import type { BatchPart } from "../../src/worker/pool.ts";
import { loadProbe } from "../support/pool-run.ts";

async function setup() {
  const kernel = await loadProbe();
  const parts: BatchPart[] = [];
  let id = 0;
  const held = (deadlineAt = Infinity, count = 2, estimatedMs = Infinity): HeldBatch => {
    const sizes = new Uint32Array(count);
    const batch = {
      id: ++id,
      kernel,
      function: "echo",
      count,
      sizes,
      payloads: new Uint8Array(0),
      deadlineAt,
      estimatedMs,
      divisible: true,
    };
    return new HeldBatch(batch, 0, (part) => parts.push(part));
  };
  return { queue: new BatchQueue(), held, parts };
}

describe("BatchQueue", () => {
  it("gives batches in the order they came, those put back first", async () => {
    const { queue, held } = await setup();
    const [one, two, three] = [held(), held(), held()];
    queue.push(two);
    queue.push(three);
    queue.putBack([one]);
    for (const expected of [one, two, three]) {
      expect(queue.next).toBe(expected);
      queue.shift();
    }
    expect(queue.next).toBeUndefined();
  });

  it("gives short batches first", async () => {
    const { queue, held } = await setup();
    const long = held();
    const [first, second] = [held(Infinity, 2, limits.shortBatchMs), held(Infinity, 2, 0.1)];
    for (const batch of [long, first, second]) queue.push(batch);
    for (const expected of [first, second, long]) {
      expect(queue.next).toBe(expected);
      queue.shift();
    }
  });

  it("lets no batch be overtaken for ever", async () => {
    const { queue, held } = await setup();
    const long = held();
    queue.push(long);
    let overtaken = 0;
    for (let round = 0; round <= limits.overtakesMax; round++) {
      queue.push(held(Infinity, 2, 0.1));
      if (queue.next === long) break;
      overtaken++;
      queue.shift();
    }
    expect(overtaken).toBe(limits.overtakesMax);
    expect(queue.next).toBe(long);
  });

  it("tells the end of a batch after the caller is done, never within", async () => {
    const { queue, held, parts } = await setup();
    queue.push(held());
    expect(queue.cancel(1, 0, Infinity)).toBe(true);
    expect(parts).toEqual([]);
    await Promise.resolve();
    expect(parts).toMatchObject([{ id: 1, done: true, count: 0, rest: { reason: "CANCELLED" } }]);
    expect(queue.size).toBe(0);
  });

  it("keeps a batch of which only a part is cancelled", async () => {
    const { queue, held } = await setup();
    const batch = held();
    queue.push(batch);
    queue.cancel(1, 0, 1);
    queue.cancel(1, 0, 1);
    expect(queue.next).toBe(batch);
    expect([...(batch.cancelled ?? [])]).toEqual([1, 0]);
    queue.cancel(1, 1, 1);
    expect(queue.size).toBe(0);
    expect(queue.cancel(1, 0, 1)).toBe(false);
  });

  it("refuses batches of a function that takes far longer than they were made for", async () => {
    const { queue, held, parts } = await setup();
    const [many, few, single, other] = [
      held(Infinity, 100, 0.1),
      held(Infinity, 2, 0.1),
      held(Infinity, 1, 0.1),
      held(Infinity, 3, 0.1),
    ];
    for (const batch of [many, few, single, other]) queue.push(batch);
    queue.reestimate((batch) => batch !== other, 1);
    await Promise.resolve();
    expect(parts.map(({ id, done, rest }) => [id, done, rest?.reason])).toEqual([[1, true, "NOT_STARTED"]]);
    expect([few, single, other].map(({ short }) => short)).toEqual([false, false, true]);
    expect(queue.next).toBe(other);
  });

  it("refuses what has expired and what is beyond its bound", async () => {
    const { queue, held, parts } = await setup();
    queue.push(held(100));
    for (let count = 0; count < limits.nodeBatchesMax; count++) queue.push(held());
    queue.expire(99);
    queue.expire(100);
    await Promise.resolve();
    expect(parts.map(({ id, rest }) => [id, rest?.reason])).toEqual([
      [limits.nodeBatchesMax + 1, "NODE_OVERLOADED"],
      [1, "DEADLINE"],
    ]);
  });
});
