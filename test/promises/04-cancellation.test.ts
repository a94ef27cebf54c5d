/** A cancellation reaches the kernel through every hop: the one worker of a fabric is held, and serves again. */
import { beforeAll, describe, expect, it } from "vitest";
import { openCluster, watchAttempts, type Cluster } from "../support/cluster.ts";
import { failureOf } from "../support/good-calls.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 1, workers: 1, kernels: ["work", "patient"] });
  return () => cluster.stop();
});

/** Told when an attempt of `patient/spin` is on the node; its own time limit is a minute. */
const watchSpin = () => watchAttempts(cluster.fabric, (attempt) => attempt.function === "patient/spin");

describe("cancelling", () => {
  it("an invocation by its signal frees the worker that runs it", async () => {
    const controller = new AbortController();
    const { first: started } = await watchSpin();
    const call = cluster.fabric.invoke("patient/spin", {}, { signal: controller.signal });
    call.catch(() => {});
    await started;
    controller.abort();
    expect((await failureOf(call)).codeAndReason).toBe("CANCELLED CANCELLED");
    expect(await cluster.fabric.invoke("patient/echo", { value: 1 })).toBe(1);
  });

  it("leaves the other invocations of the same batch alone", async () => {
    const controller = new AbortController();
    const cancelled = cluster.fabric.invoke("work/add", { a: 1, b: 1 }, { signal: controller.signal });
    const kept = cluster.fabric.invoke("work/add", { a: 2, b: 2 });
    controller.abort();
    expect((await failureOf(cancelled)).codeAndReason).toBe("CANCELLED CANCELLED");
    expect(await kept).toBe(4);
  });

  it("a map by leaving its loop frees the worker", async () => {
    const { first: started } = await watchSpin();
    const results = cluster.fabric.map("patient/spin", [{}, {}, {}]);
    const first = results.next();
    first.catch(() => {});
    await started;
    await results.return?.();
    expect(await cluster.fabric.invoke("patient/echo", { value: 2 })).toBe(2);
  });

  it("a map by its signal frees the worker", async () => {
    const controller = new AbortController();
    const { first: started } = await watchSpin();
    const first = cluster.fabric.map("patient/spin", [{}, {}], { signal: controller.signal }).next();
    first.catch(() => {});
    await started;
    controller.abort();
    expect((await failureOf(first)).codeAndReason).toBe("CANCELLED CANCELLED");
    expect(await cluster.fabric.invoke("patient/echo", { value: 3 })).toBe(3);
  });

  it("by the end of the client's process frees the worker", async () => {
    const { first: started } = await watchSpin();
    const client = cluster.startHeddle(["invoke", "patient/spin"]);
    await started;
    client.kill("SIGKILL");
    await client.closed;
    expect(await cluster.fabric.invoke("patient/echo", { value: 4 })).toBe(4);
  });

  it("by Ctrl-C ends the command with 130 and frees the worker", async () => {
    const { first: started } = await watchSpin();
    const client = cluster.startHeddle(["invoke", "patient/spin"]);
    await started;
    client.kill("SIGINT");
    const { code, stderr } = await client.closed;
    expect([code, stderr]).toEqual([130, ""]);
    expect(await cluster.fabric.invoke("patient/echo", { value: 5 })).toBe(5);
  });

  it("a call before it starts never starts it", async () => {
    const { first: attempt } = await watchAttempts(cluster.fabric, () => true);
    const call = cluster.fabric.invoke("work/add", { a: 1, b: 1 }, { signal: AbortSignal.abort() });
    expect((await failureOf(call)).codeAndReason).toBe("CANCELLED CANCELLED");
    expect(await cluster.fabric.invoke("patient/echo", { value: 6 })).toBe(6);
    expect((await attempt).function).toBe("patient/echo");
  });
});
