import { describe, expect, it } from "vitest";
import { CallQueue } from "../../src/store/call-queue.ts";

/** A database that answers a batch when it is told to. */
function setup(bounds = { batchMaxBytes: 10, queueMaxBytes: 30 }) {
  const batches: { calls: readonly string[]; reply(): void; fail(error: Error): void }[] = [];
  const queue = new CallQueue<string, string>((calls) => {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    batches.push({ calls, reply: () => resolve(calls.map((call) => `re ${call}`)), fail: reject });
    return promise;
  }, bounds);
  /** Lets everything that can go on without the database do so. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { queue, batches, settled, sent: () => batches.map(({ calls }) => calls) };
}

describe("CallQueue", () => {
  it("sends calls of one turn together and gives each its reply", async () => {
    const { queue, batches, settled, sent } = setup();
    const calls = Promise.all([queue.call("a", 1), queue.call("b", 1)]);
    await settled();
    expect(sent()).toEqual([["a", "b"]]);
    batches[0]?.reply();
    expect(await calls).toEqual(["re a", "re b"]);
  });

  it("collects the next batch while one is under way, in order", async () => {
    const { queue, batches, settled, sent } = setup();
    const first = queue.call("a", 1);
    await settled();
    const rest = [queue.call("b", 1), queue.call("c", 1)];
    await settled();
    expect(sent()).toEqual([["a"]]);
    batches[0]?.reply();
    await first;
    await settled();
    expect(sent()).toEqual([["a"], ["b", "c"]]);
    batches[1]?.reply();
    expect(await Promise.all(rest)).toEqual(["re b", "re c"]);
  });

  it("bounds a batch in bytes but always sends at least one call", async () => {
    const { queue, batches, settled, sent } = setup();
    const calls = [queue.call("a", 6), queue.call("b", 4), queue.call("c", 11), queue.call("d", 1)];
    for (let index = 0; index < 3; index++) {
      await settled();
      batches[index]?.reply();
    }
    await Promise.all(calls);
    expect(sent()).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  it("rejects with QUEUE_FULL beyond its bound and takes calls again when there is room", async () => {
    const { queue, batches, settled } = setup();
    const first = queue.call("a", 10);
    await settled();
    const waiting = [queue.call("b", 10), queue.call("c", 20)];
    await expect(queue.call("d", 1)).rejects.toMatchObject({
      reason: "QUEUE_FULL",
      rawMessage: expect.stringContaining("2 calls (30 bytes)"),
    });
    batches[0]?.reply();
    await first;
    await settled();
    waiting.push(queue.call("e", 10));
    for (let index = 1; index < 4; index++) {
      batches[index]?.reply();
      await settled();
    }
    expect(await Promise.all(waiting)).toEqual(["re b", "re c", "re e"]);
  });

  it("rejects the calls of a batch that fails, and only those", async () => {
    const { queue, batches, settled } = setup();
    const first = queue.call("a", 1);
    await settled();
    const second = queue.call("b", 1);
    batches[0]?.fail(new Error("the thread died"));
    await expect(first).rejects.toThrow("the thread died");
    await settled();
    batches[1]?.reply();
    expect(await second).toBe("re b");
  });

  it("is idle when nothing waits, and not before", async () => {
    const { queue, batches, settled } = setup();
    await queue.idle();
    const call = queue.call("a", 1);
    let idle = false;
    const waiting = queue.idle().then(() => (idle = true));
    await settled();
    expect(idle).toBe(false);
    batches[0]?.reply();
    await waiting;
    expect(await call).toBe("re a");
  });
});
