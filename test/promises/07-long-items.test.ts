/** Items that hold a worker for long keep nobody else's waiting. */
import { beforeAll, describe, expect, it } from "vitest";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { failureOf } from "../support/good-calls.ts";

const nodes = 2;
let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes, workers: 1, kernels: ["work", "patient"] });
  return () => cluster.stop();
});

/** Calls that run until they are ended. */
function startLong(count: number) {
  const abort = new AbortController();
  let settled = 0;
  const calls = Array.from({ length: count }, () =>
    failureOf(cluster.fabric.invoke("patient/spin", {}, { signal: abort.signal })).finally(() => settled++),
  );
  return {
    settled: () => settled,
    async end() {
      abort.abort();
      for (const { codeAndReason } of await Promise.all(calls))
        expect(codeAndReason).toBe("CANCELLED CANCELLED");
    },
  };
}

describe("short calls", () => {
  it("keep being answered while every worker of every node runs a long item", async () => {
    const long = startLong(nodes);
    for (let call = 0; call < 50; call++) {
      expect(await cluster.fabric.invoke("work/add", { a: call, b: 1 })).toBe(call + 1);
    }
    expect(long.settled()).toBe(0);
    await long.end();
  });

  it("keep being answered while more long items wait than there are workers", async () => {
    const long = startLong(4 * nodes);
    for (let call = 0; call < 50; call++) {
      expect(await cluster.fabric.invoke("work/add", { a: call, b: 2 })).toBe(call + 2);
    }
    expect(long.settled()).toBe(0);
    await long.end();
  });

  it("of the same turn and function as one that never ends are answered before it is", async () => {
    const abort = new AbortController();
    let ended = false;
    const inputs = Array.from({ length: 16 }, (_, index) => index);
    const calls = inputs.map((index) =>
      cluster.fabric.invoke("patient/maybe", { spins: index === 5, value: index }, { signal: abort.signal }),
    );
    const [runaway] = calls.splice(5, 1);
    const runawayEnd = failureOf(runaway ?? Promise.resolve()).finally(() => (ended = true));
    expect(await Promise.all(calls)).toEqual(inputs.filter((index) => index !== 5));
    expect(ended).toBe(false);
    abort.abort();
    expect((await runawayEnd).codeAndReason).toBe("CANCELLED CANCELLED");
  });
});
