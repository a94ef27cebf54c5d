import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { nodeId, toKernelDigest } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { Engine } from "../../src/gateway/engine.ts";
import type { NodeLink } from "../../src/gateway/node-link.ts";
import type { AttemptRecord, FunctionRecord } from "../../src/gateway/records.ts";
import type { CallRequest, SingleCall } from "../../src/gateway/single-call.ts";
import { SingleCalls } from "../../src/gateway/single-calls.ts";
import { Watchers } from "../../src/gateway/watchers.ts";
import { createScheduler } from "../../src/scheduler/scheduler.ts";
import { emptyResult, noBytes, type ItemErrorFrame } from "../../src/wire/frame.ts";
import type { PayloadRange } from "../../src/wire/payloads.ts";
import { parseTraceparent } from "../../src/wire/traceparent.ts";

function version(digit: string): FunctionRecord {
  const digest = toKernelDigest(digit.repeat(64));
  if (digest === undefined) throw new Error("no digest");
  const key = `${digest}/echo`;
  return { kernel: "echo", name: "echo", digest, pure: true, timeLimitMs: 1000, memoryMaxBytes: 65536, key };
}

const echo = version("a");
const other = version("b");

function callOf(payload: string, given: Partial<CallRequest> = {}): CallRequest {
  return {
    function: echo,
    payload: Buffer.from(payload),
    deadlineMs: 1000,
    priority: 0,
    attemptsMax: 0,
    affinity: "",
    idempotencyKey: "",
    trace: noBytes,
    caller: "test",
    responseMaxBytes: 1000,
    ...given,
  };
}

/** A link that keeps the attempts it is sent until the test answers them. */
class HeldLink {
  readonly node = nodeId("node-1");
  readonly incarnation = 1;
  readonly workers = 1;
  readonly attempts: AttemptRecord[] = [];
  readonly ranges: PayloadRange[] = [];
  readonly deadlinesMs: number[] = [];
  readonly cancels: [first: number, count: number][] = [];

  dispatch(attempt: AttemptRecord, range: PayloadRange, deadlineMs: number): void {
    this.attempts.push(attempt);
    this.ranges.push(range);
    this.deadlinesMs.push(deadlineMs);
  }
  cancel(_attempt: AttemptRecord, first: number, count: number): void {
    this.cancels.push([first, count]);
  }
  flushNow(): void {}
}

/** Calls on an engine with a real scheduler, which knows how long the function takes, and one node. */
async function setup() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = { time: 1000, now: () => clock.time };
  const scheduler = createScheduler({ probeItems: 1024, leaseMs: 1e6 }, createSeededRandom(1));
  const engine = new Engine({ clock, scheduler, watchers: new Watchers(), nodeGone: () => {} });
  const held = new HeldLink();
  const link = held as unknown as NodeLink; // all of it that is used here
  engine.join(link, "");
  const credit = { queueMs: 1e6, queueBytes: 1e9, attempts: 1000 };
  engine.post({ kind: "nodeCredit", node: held.node, incarnation: held.incarnation, ...credit });
  await turn();
  const calls = new SingleCalls(engine, clock);
  const outcomes: string[] = [];
  const errors: HeddleError[] = [];
  const start = (payload: string, given: Partial<CallRequest> = {}): SingleCall =>
    calls.start(callOf(payload, given), {
      succeeded: (response, frame, position) =>
        outcomes.push(`${payload} → ${response.toString()} in ${frame.runMs[position]} ms`),
      failed: (error) => {
        errors.push(error);
        outcomes.push(`${payload} → ${error.reason}`);
      },
    });
  /** Answers items of an attempt with their requests in upper case, but for those that fail. */
  const answer = async (place = 0, failures: readonly ItemErrorFrame[] = []): Promise<void> => {
    const { attempts, ranges } = held;
    const { id, first, count } = attempts[place] ?? { id: 0, first: 0, count: 0 };
    const { sizes = new Uint32Array(0), payloads = noBytes } = ranges[place] ?? {};
    const texts = textsOf({ sizes, payloads }).map((text, at) =>
      failures.some(({ index }) => index === first + at) ? "" : text.toUpperCase(),
    );
    engine.result(link, {
      ...emptyResult,
      ...{ id, first, count, errors: failures, done: true },
      sizes: Uint32Array.from(texts, (text) => text.length),
      payloads: Buffer.from(texts.join("")),
      runMs: Float32Array.from(texts, (_, at) => at),
    });
    await turn();
  };
  /** Moves the clock and its timers. */
  const pass = async (ms: number): Promise<void> => {
    clock.time += ms;
    vi.advanceTimersByTime(ms);
    await turn();
  };
  for (const known of [echo, other]) {
    start("known", { function: known });
    await turn();
    await answer();
    for (const list of [held.attempts, held.ranges, held.deadlinesMs, outcomes]) list.length = 0;
  }
  return { held, start, answer, pass, outcomes, errors };
}

function textsOf({ sizes, payloads }: PayloadRange): string[] {
  let from = 0;
  return Array.from(sizes, (size) =>
    Buffer.from(inOnePiece(payloads.subarray(from, (from += size)))).toString(),
  );
}

function failure(index: number, reason: string): ItemErrorFrame {
  const facts = { attempts: 0, node: "", retryAfterMs: 0, count: 0 };
  return { index, code: 2, reason, message: "it trapped", details: noBytes, ...facts };
}

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const parent = parseTraceparent(traceparent) ?? noBytes;

describe("SingleCalls", () => {
  it.each([
    [{ deadlineMs: 0 }, "DEADLINE"],
    [{ deadlineMs: -5 }, "DEADLINE"],
    [{ affinity: "x".repeat(100_000) }, "BAD_REQUEST"],
  ])("starts nothing with %o", (wrong, reason) => {
    // An engine that nothing reaches needs no parts.
    const engine = Object.create(Engine.prototype) as Engine;
    const answer = { succeeded: () => {}, failed: () => {} };
    expect(() => new SingleCalls(engine).start(callOf("", wrong), answer)).toThrow(
      expect.objectContaining({ reason }),
    );
  });

  it("sends the calls of a turn as one batch, and answers each with its own", async () => {
    const { held, start, answer, outcomes } = await setup();
    for (const payload of ["one", "", "three"]) start(payload);
    await turn();
    expect(held.ranges.map(textsOf)).toEqual([["one", "", "three"]]);
    await answer();
    expect(outcomes).toEqual(["one → ONE in 0 ms", " →  in 1 ms", "three → THREE in 2 ms"]);
  });

  it("does not wait for calls of a later turn", async () => {
    const { held, start } = await setup();
    start("one");
    await turn();
    start("two");
    await turn();
    expect(held.ranges.map(textsOf)).toEqual([["one"], ["two"]]);
  });

  it.each<[string, Partial<CallRequest>]>([
    ["another version", { function: other }],
    ["another priority", { priority: 1 }],
    ["fewer tries", { attemptsMax: 1 }],
    ["an affinity", { affinity: "a" }],
    ["an idempotency key", { idempotencyKey: "once" }],
    ["another caller", { caller: "somebody else" }],
    ["a much later deadline", { deadlineMs: 1001 + limits.gatherSpreadMs }],
    ["a much earlier deadline", { deadlineMs: 999 - limits.gatherSpreadMs }],
    ["more bytes than fit a frame with others", { payload: Buffer.alloc(limits.framePayloadMaxBytes) }],
  ])("keeps a call with %s apart", async (_what, given) => {
    const { held, start } = await setup();
    start("one");
    start("other", given);
    start("two");
    await turn();
    expect(held.attempts.map(({ count }) => count).sort()).toEqual([1, 2]);
    const together = held.ranges.find(({ sizes }) => sizes.length === 2);
    expect(together === undefined ? [] : textsOf(together)).toEqual(["one", "two"]);
  });

  it("sends no more calls together than a frame takes", async () => {
    const { held, start } = await setup();
    for (let call = 0; call < limits.frameItemsMax + 3; call++) start("x");
    await turn();
    expect(held.attempts.map(({ count }) => count)).toEqual([limits.frameItemsMax, 3]);
  });

  it("ends each call at its own deadline, and no other", async () => {
    const { held, start, answer, pass, outcomes, errors } = await setup();
    for (const deadlineMs of [1040, 1000, 1020]) start(String(deadlineMs), { deadlineMs });
    await turn();
    expect(held.deadlinesMs).toEqual([1040]);
    await pass(999);
    expect(outcomes).toEqual([]);
    await pass(1);
    expect(outcomes).toEqual(["1000 → DEADLINE"]);
    expect(errors[0]).toMatchObject({ code: 4, node: "node-1", attempts: 1 });
    await pass(20);
    expect(outcomes).toEqual(["1000 → DEADLINE", "1020 → DEADLINE"]);
    expect(held.cancels).toEqual([
      [1, 1],
      [2, 1],
    ]);
    await answer();
    expect(outcomes.slice(2)).toEqual(["1040 → 1040 in 0 ms"]);
    await pass(1000);
    expect(outcomes).toHaveLength(3);
  });

  it("cancels a call alone", async () => {
    const { held, start, answer, outcomes } = await setup();
    start("one");
    const two = start("two");
    start("three");
    await turn();
    two.cancel();
    await turn();
    expect(held.cancels).toEqual([[1, 1]]);
    expect(outcomes).toEqual(["two → CANCELLED"]);
    await answer();
    expect(outcomes.slice(1)).toEqual(["one → ONE in 0 ms", "three → THREE in 2 ms"]);
  });

  it("never starts a call that was cancelled in its turn", async () => {
    const { held, start, outcomes } = await setup();
    start("one").cancel();
    start("two");
    await turn();
    expect(outcomes).toEqual(["one → CANCELLED"]);
    expect(held.ranges.map(textsOf)).toEqual([["two"]]);
  });

  it("does nothing for the cancel of a call that has its outcome", async () => {
    const { held, start, answer, outcomes } = await setup();
    const one = start("one");
    start("two");
    await turn();
    const { id } = held.attempts[0] ?? { id: 0 };
    await answer(0, [failure(0, "KERNEL_TRAP")]);
    one.cancel();
    await turn();
    expect(id).toBeGreaterThan(0);
    expect(held.cancels).toEqual([]);
    expect(outcomes).toEqual(["one → KERNEL_TRAP", "two → TWO in 1 ms"]);
  });

  it("fails a call alone, with the trace it belongs to", async () => {
    const { start, answer, outcomes, errors } = await setup();
    start("one");
    start("two", { trace: parent });
    start("three");
    await turn();
    await answer(0, [failure(1, "KERNEL_TRAP")]);
    expect(outcomes.toSorted()).toEqual(["one → ONE in 0 ms", "three → THREE in 2 ms", "two → KERNEL_TRAP"]);
    expect(errors).toMatchObject([{ rawMessage: "it trapped", traceId: "0af7651916cd43dd8448eb211c80319c" }]);
  });

  it("refuses a response that is too large for its caller alone", async () => {
    const { start, answer, outcomes } = await setup();
    start("one", { responseMaxBytes: 2 });
    start("two");
    await turn();
    await answer();
    expect(outcomes).toEqual(["one → RESULT_TOO_LARGE", "two → TWO in 1 ms"]);
  });

  it("gives each call its own parent span", async () => {
    const { held, start } = await setup();
    start("one");
    start("two", { trace: parent });
    await turn();
    const { trace, traces } = held.attempts[0]?.batch ?? { trace: parent, traces: noBytes };
    expect(trace).toEqual(noBytes);
    expect(Buffer.from(traces)).toEqual(Buffer.concat([Buffer.alloc(25), parent]));
  });

  it("leaves the parent span of a call that is alone where it was", async () => {
    const { held, start } = await setup();
    start("one", { trace: parent });
    await turn();
    expect(held.attempts[0]?.batch).toMatchObject({ trace: parent, traces: noBytes });
  });
});
