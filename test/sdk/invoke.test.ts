import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { connect } from "../../src/sdk/connect.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { numbersOf, ScriptedGateway, type Script } from "../support/scripted-gateway.ts";

const silent: Script = () => {};

async function setup(script?: Script) {
  const gateway = await ScriptedGateway.start(script === undefined ? {} : { script });
  const fabric = await connect(gateway.address);
  onTestFinished(() => fabric.close());
  await fabric.describe("pure/double");
  const session = await gateway.session(0);
  return { gateway, fabric, session };
}

describe("Fabric.invoke", () => {
  it("gives the function's result", async () => {
    const { fabric } = await setup();
    expect(await fabric.invoke("pure/double", { number: 21 })).toBe(42);
  });

  it("gives what the call took when asked", async () => {
    const { fabric } = await setup();
    const { value, stats } = await fabric.invokeWithStats("pure/double", { number: 21 });
    expect(value).toBe(42);
    expect(stats).toEqual({
      node: "node-1",
      worker: 0,
      attempts: 1,
      earlier: [],
      queuedMs: 0,
      coldMs: 0,
      runMs: 0.5,
    });
  });

  it("looks a kernel up once, however many calls wait for it", async () => {
    const gateway = await ScriptedGateway.start();
    const fabric = await connect(gateway.address);
    onTestFinished(() => fabric.close());
    const numbers = [1, 2, 3, 4];
    const results = await Promise.all(numbers.map((number) => fabric.invoke("pure/double", { number })));
    expect(results).toEqual([2, 4, 6, 8]);
    expect(gateway.lookups).toBe(1);
  });

  it.each([
    ["nothing/double", "KERNEL_NOT_FOUND", 'no kernel "nothing" is deployed'],
    ["pure/halve", "FUNCTION_NOT_FOUND", 'kernel "pure" has no function "halve"; it has: double'],
    ["pure", "BAD_REQUEST", 'a function is named "kernel/function", not "pure"'],
    ["pure/double/again", "BAD_REQUEST", 'a function is named "kernel/function", not "pure/double/again"'],
  ])("rejects %s with %s", async (name, reason, rawMessage) => {
    const { fabric } = await setup();
    await expect(fabric.invoke(name, {})).rejects.toMatchObject({ reason, rawMessage });
  });

  it("rejects an input that is no request of the function, and sends nothing", async () => {
    const { fabric, session } = await setup();
    await expect(fabric.invoke("pure/double", { numbre: 1 })).rejects.toMatchObject({
      reason: "BAD_PAYLOAD",
    });
    await expect(fabric.invoke("pure/double", { number: "x" })).rejects.toMatchObject({
      reason: "BAD_PAYLOAD",
    });
    await expect(fabric.invoke("pure/double", { number: 1 }, { deadlineMs: NaN })).rejects.toMatchObject({
      reason: "BAD_REQUEST",
    });
    expect(session.frames.batches).toEqual([]);
  });

  it("rejects with the error of the item, its attempts and its node", async () => {
    const { fabric } = await setup((session, frame) => session.fail(frame, 0, "KERNEL_TRAP"));
    await expect(fabric.invoke("pure/double", { number: 1 })).rejects.toMatchObject({
      reason: "KERNEL_TRAP",
      code: 2,
      attempts: 2,
      node: "node-2",
    });
  });

  it("rejects a response that is not the function's", async () => {
    const { fabric } = await setup((session, frame) => {
      const payloads = Buffer.from([0xff]);
      session.link.sendResult({ ...emptyResult, id: frame.id, count: 1, sizes: Uint32Array.of(1), payloads });
    });
    await expect(fabric.invoke("pure/double", { number: 1 })).rejects.toMatchObject({
      reason: "BAD_PAYLOAD",
    });
  });

  it("carries a large payload", async () => {
    const { fabric, session } = await setup();
    const padding = new Uint8Array(3 * 1024 * 1024);
    const large = fabric.invoke("pure/double", { number: 1, padding });
    const small = fabric.invoke("pure/double", { number: 2 });
    expect(await Promise.all([large, small])).toEqual([2, 4]);
    expect(session.numbers).toEqual([2, 1]);
  });
});

describe("InvocationBatch", () => {
  it("sends the calls of one turn as one frame in one message", async () => {
    const { fabric, session } = await setup();
    const results = await Promise.all([1, 2, 3].map((number) => fabric.invoke("pure/double", { number })));
    expect(results).toEqual([2, 4, 6]);
    expect(session.frames.batches.map(({ count }) => count)).toEqual([3]);
    expect(session.messages).toBe(1);
  });

  it("sends calls with other options apart", async () => {
    const { fabric, session } = await setup();
    await Promise.all([
      fabric.invoke("pure/double", { number: 1 }),
      fabric.invoke("pure/double", { number: 2 }, { priority: 5, affinity: "a", retry: { attemptsMax: 2 } }),
      fabric.invoke("pure/double", { number: 3 }),
    ]);
    const [plain, special] = session.frames.batches;
    expect([plain, special].map((frame) => frame && numbersOf(frame))).toEqual([[1, 3], [2]]);
    expect(special).toMatchObject({ priority: 5, affinity: "a", attemptsMax: 2, open: false });
    expect(session.messages).toBe(1);
  });

  it("sends no more than a frame holds at a time", async () => {
    const { fabric, session } = await setup();
    const count = limits.frameItemsMax + 10;
    const numbers = Array.from({ length: count }, (_, number) => number);
    const results = await Promise.all(numbers.map((number) => fabric.invoke("pure/double", { number })));
    expect(results).toEqual(numbers.map((number) => number * 2));
    expect(session.frames.batches.map((frame) => frame.count)).toEqual([limits.frameItemsMax, 10]);
  });

  it("settles each call by its own outcome, in whatever order they come", async () => {
    const { fabric } = await setup((session, frame) => {
      session.fail(frame, 3, "KERNEL_TRAP");
      session.settle(frame, 2, 3);
      session.fail(frame, 0, "QUEUE_FULL", 2);
    });
    const calls = [0, 1, 2, 3].map((number) => fabric.invoke("pure/double", { number }));
    const outcomes = await Promise.all(
      calls.map((call) => call.catch((error: { reason: string }) => error.reason)),
    );
    expect(outcomes).toEqual(["QUEUE_FULL", "QUEUE_FULL", 4, "KERNEL_TRAP"]);
  });

  it("takes no outcome twice", async () => {
    const { fabric } = await setup((session, frame) => {
      session.settle(frame);
      session.fail(frame, 0, "KERNEL_TRAP");
      session.settle(frame);
    });
    expect(await fabric.invoke("pure/double", { number: 1 })).toBe(2);
    expect(await fabric.invoke("pure/double", { number: 2 })).toBe(4);
  });

  // It went through all the items that the frame spoke of, which took for ever.
  it("looks at no more items than it sent, whatever a result speaks of", async () => {
    const { fabric } = await setup((session, frame) => {
      session.link.sendResult({ ...emptyResult, id: frame.id, count: 2 ** 52 });
    });
    await expect(fabric.invoke("pure/double", { number: 1 })).resolves.toBe(0);
    const { fabric: other } = await setup((session, frame) => session.fail(frame, 0, "QUEUE_FULL", 2 ** 52));
    await expect(other.invoke("pure/double", { number: 1 })).rejects.toMatchObject({ reason: "QUEUE_FULL" });
  });

  describe("with a signal", () => {
    it("is not sent when it is aborted before", async () => {
      const { fabric, session } = await setup();
      const signal = AbortSignal.abort();
      await expect(fabric.invoke("pure/double", { number: 1 }, { signal })).rejects.toMatchObject({
        reason: "CANCELLED",
      });
      const late = new AbortController();
      const call = fabric.invoke("pure/double", { number: 2 }, { signal: late.signal });
      late.abort();
      await expect(call).rejects.toMatchObject({ reason: "CANCELLED" });
      expect(await fabric.invoke("pure/double", { number: 3 })).toBe(6);
      expect(session.numbers).toEqual([3]);
    });

    it("is cancelled at the gateway by its own place in the frame", async () => {
      const { fabric, session } = await setup(silent);
      const abort = new AbortController();
      const calls = [1, 2, 3].map((number) =>
        fabric.invoke("pure/double", { number }, number === 2 ? { signal: abort.signal } : {}),
      );
      await session.frames.count("batch", 1);
      abort.abort();
      await expect(calls[1]).rejects.toMatchObject({ reason: "CANCELLED" });
      await session.frames.count("cancel", 1);
      const [frame] = session.frames.batches;
      const cancel = session.frames.frames.find(({ kind }) => kind === "cancel");
      expect(cancel?.frame).toEqual({ id: frame?.id, first: 1, count: 1 });
      if (frame !== undefined) session.settle(frame);
      expect(await Promise.all([calls[0], calls[2]])).toEqual([2, 6]);
    });

    it("leaves no listener behind", async () => {
      const { fabric } = await setup();
      const abort = new AbortController();
      let listeners = 0;
      const { signal } = abort;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => void (listeners++, add(...args));
      signal.removeEventListener = (...args: Parameters<typeof remove>) =>
        void (listeners--, remove(...args));
      await fabric.invoke("pure/double", { number: 1 }, { signal });
      await fabric.invoke("effect/double", { number: 1 }, { signal });
      expect(listeners).toBe(0);
    });
  });

  describe("with a deadline", () => {
    it("fails in time and takes the call back", async () => {
      const { fabric, session } = await setup(silent);
      const call = fabric.invoke("pure/double", { number: 1 }, { deadlineMs: 30 });
      await expect(call).rejects.toMatchObject({
        reason: "DEADLINE",
        rawMessage: "pure/double did not settle within its deadline of 30 ms",
      });
      await session.frames.count("cancel", 1);
      const [frame] = session.frames.batches;
      expect(frame?.deadlineMs).toBeGreaterThan(0);
      expect(frame?.deadlineMs).toBeLessThanOrEqual(30);
      if (frame !== undefined) session.settle(frame);
      const again = fabric.invoke("pure/double", { number: 2 }, { deadlineMs: 10_000 });
      await session.frames.count("batch", 2);
      const [, second] = session.frames.batches;
      if (second !== undefined) session.settle(second);
      expect(await again).toBe(4);
    });

    it("tells the gateway of none when there is none", async () => {
      const { fabric, session } = await setup();
      await fabric.invoke("pure/double", { number: 1 });
      expect(session.frames.batches[0]?.deadlineMs).toBe(0);
    });
  });
});
