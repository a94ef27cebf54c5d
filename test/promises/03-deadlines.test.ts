/** Deadlines hold for kernels that never end, and the worker of such a kernel is free again. */
import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/index.ts";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { failureOf, keepCalling } from "../support/good-calls.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, workers: 1, kernels: ["work", "wild", "patient"] });
  return () => cluster.stop();
});

describe("a deadline", () => {
  it("ends a call of a kernel that never does, while others are served", async () => {
    await keepCalling(cluster.fabric);
    const { codeAndReason, said } = await failureOf(
      cluster.fabric.invoke("patient/spin", {}, { deadlineMs: 150 }),
    );
    expect(codeAndReason).toBe("DEADLINE_EXCEEDED DEADLINE");
    expect(said).toBe("patient/spin did not settle within its deadline of 150 ms");
  });

  it("gives every worker back: all of them are held by endless loops, and then serve again", async () => {
    const spins = [1, 2, 3, 4].map(() => cluster.fabric.invoke("patient/spin", {}, { deadlineMs: 200 }));
    for (const spin of spins)
      expect((await failureOf(spin)).codeAndReason).toBe("DEADLINE_EXCEEDED DEADLINE");
    // The kernel's own limit is a minute, longer than this test may take.
    const values = [1, 2, 3, 4].map((value) => cluster.fabric.invoke("patient/echo", { value }));
    expect(await Promise.all(values)).toEqual([1, 2, 3, 4]);
  });

  it("that has passed already fails the call", async () => {
    const call = cluster.fabric.invoke("work/add", { a: 1, b: 2 }, { deadlineMs: 0 });
    expect((await failureOf(call)).codeAndReason).toBe("DEADLINE_EXCEEDED DEADLINE");
  });

  it("ends a map", async () => {
    await keepCalling(cluster.fabric);
    const results = cluster.fabric.map("patient/spin", [{}, {}, {}], { deadlineMs: 200 });
    await expect(results.next()).rejects.toMatchObject({ reason: "DEADLINE" });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });
});

describe("the time limit of a manifest", () => {
  it("ends one call, with the limit in the message, while others are served", async () => {
    await keepCalling(cluster.fabric);
    const { codeAndReason, said } = await failureOf(cluster.fabric.invoke("wild/spin", {}));
    expect(codeAndReason).toBe("DEADLINE_EXCEEDED TIME_LIMIT");
    expect(said).toMatch(/"spin" ran for \d+ ms; its time limit is 400 ms/);
  });

  it("ends the culprit of a map and nothing beside it", async () => {
    const kinds = Array.from({ length: 100 }, (_, index) => (index === 40 ? 2 : 0));
    const inputs = kinds.map((kind) => ({ kind }));
    const outcomes: unknown[] = [];
    for await (const { index, value, error } of cluster.fabric.map("wild/behave", inputs, {
      onError: "collect",
    }))
      outcomes[index] = error instanceof HeddleError ? error.reason : value;
    expect(outcomes).toEqual(kinds.map((kind) => (kind === 2 ? "TIME_LIMIT" : 0)));
  });
});
