import { describe, expect, it } from "vitest";
import { toKernelDigest, batchId } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import { createSeededRandom, type Random } from "../../src/base/random.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import type { Submission } from "../../src/gateway/engine.ts";
import type { BatchRecord, FunctionRecord } from "../../src/gateway/records.ts";
import type { RoutedKernel } from "../../src/gateway/route-store.ts";
import { Shadows } from "../../src/gateway/shadow.ts";
import { emptyResult, noBytes, type ResultFrame } from "../../src/wire/frame.ts";
import { Payloads } from "../../src/wire/payloads.ts";
import { testSeed } from "../support/seed.ts";

function functionOf(letter: string): FunctionRecord {
  const digest = toKernelDigest(letter.repeat(64));
  if (digest === undefined) throw new Error("letters are hexadecimal");
  return {
    kernel: "k",
    name: "f",
    digest,
    timeLimitMs: 1,
    memoryMaxBytes: 1,
    pure: true,
    key: `${digest}/f`,
  };
}
const old = functionOf("a");
const next = functionOf("b");

/** A kernel whose version `b` shadows `a`; only what Shadows looks at. */
function shadowed(percent: number, digest = next.digest): RoutedKernel {
  const admitted = { schema: { functions: [] } };
  const version = (fn: FunctionRecord) => ({ digest: fn.digest, functions: new Map([["f", fn]]), admitted });
  return {
    name: "k",
    route: { serving: old.digest, trial: { kind: "shadow", digest, percent }, history: [], versions: [] },
    serving: version(old),
    onTrial: version(next),
  } as unknown as RoutedKernel;
}

/** Items with these payloads as they were answered. */
function frameOf(texts: readonly string[], first = 0): ResultFrame {
  const parts = texts.map((text) => Buffer.from(text));
  return {
    ...emptyResult,
    first,
    count: parts.length,
    sizes: Uint32Array.from(parts, ({ length }) => length),
    payloads: Buffer.concat(parts),
    runMs: new Float32Array(parts.length).fill(2),
  };
}

function failure(index: number, reason: string, message = reason) {
  const rest = { code: 2, details: noBytes, attempts: 1, node: "", retryAfterMs: 0, count: 1 };
  return { index, reason, message, ...rest };
}

function setup(percent = 100, random: Random = createSeededRandom(testSeed)) {
  const submitted: { submission: Submission; record: BatchRecord }[] = [];
  const cancelled: BatchRecord[] = [];
  let now = 1234.5;
  const shadows = new Shadows({
    clock: { now: () => now },
    random,
    submit: (submission) => {
      const record = { id: batchId(submitted.length + 1), function: submission.function } as BatchRecord; // no more is used
      submitted.push({ submission, record });
      return record;
    },
    cancel: (batch) => void cancelled.push(batch),
  });
  shadows.route("k", shadowed(percent));
  /** Calls of `a` that were answered like their inputs, unless told otherwise. */
  const answer = (inputs: readonly string[], frame = frameOf(inputs), fn = old): void => {
    const payloads = new Payloads();
    const parts = inputs.map((text) => Buffer.from(text));
    payloads.append(
      Uint32Array.from(parts, ({ length }) => length),
      Buffer.concat(parts),
    );
    const batch = { function: fn, payloads, trace: Buffer.alloc(25, 0xab), traces: noBytes };
    shadows.settled(batch as unknown as BatchRecord, frame);
  };
  /** Ends the batch that was submitted last. */
  const settle = (frame?: ResultFrame): void => {
    const last = submitted.at(-1);
    if (last === undefined) throw new Error("nothing was submitted");
    if (frame !== undefined) last.submission.client.result(last.record, frame);
    last.submission.client.settled(last.record);
  };
  /** Lets time go by. */
  const pass = (ms: number): void => void (now += ms);
  return {
    shadows,
    submitted,
    cancelled,
    answer,
    settle,
    pass,
    report: () => shadows.report("k", next.digest),
  };
}

describe("Shadows", () => {
  it("runs what was answered on the other version, behind all other work", () => {
    const { submitted, answer, settle, report } = setup();
    answer(["one", "three", "seven"]);
    expect(submitted).toHaveLength(1);
    const { submission } = submitted[0] ?? expect.unreachable();
    expect(submission).toMatchObject({ function: next, priority: -(2 ** 31), attemptsMax: 1, open: false });
    expect([Buffer.from(inOnePiece(submission.payloads)).toString(), [...submission.sizes]]).toEqual([
      "one",
      [3],
    ]);
    settle({ ...frameOf(["one"]), runMs: new Float32Array(1).fill(0.5) });
    const { submission: second } = submitted[1] ?? expect.unreachable();
    expect([Buffer.from(inOnePiece(second.payloads)).toString(), [...second.sizes]]).toEqual([
      "threeseven",
      [5, 5],
    ]);
    settle({ ...frameOf(["three", "seven"]), runMs: new Float32Array(2).fill(3) });
    expect(report()).toEqual({
      ...{ calls: 3, equal: 3, different: 0, failed: 0, skipped: 0, runMs: 6, shadowRunMs: 6.5 },
      differences: [],
    });
  });

  it("takes no more at a time than what is over in a moment", () => {
    const { submitted, answer, settle } = setup();
    answer(Array.from({ length: 100 }, () => "x"));
    const taken = [];
    for (const runMs of [1, 10, 0.001, 1]) {
      const count = submitted.at(-1)?.submission.sizes.length ?? 0;
      taken.push(count);
      settle({
        ...frameOf(Array.from({ length: count }, () => "x")),
        runMs: new Float32Array(count).fill(runMs),
      });
    }
    expect(taken).toEqual([1, limits.batchTargetMs, 1, limits.shadowBatchMax]);
  });

  it("gives up a shadow that takes far longer, and lets it rest for much longer than that", () => {
    const { submitted, answer, settle, report, pass } = setup();
    answer(["a", "b", "c"]);
    const { submission } = submitted[0] ?? expect.unreachable();
    expect(submission.deadlineMs).toBe(limits.shadowPatienceMs);
    settle({ ...frameOf([""]), errors: [failure(0, "DEADLINE")], attempt: 1 });
    expect(report()).toMatchObject({ calls: 1, failed: 1, skipped: 2 });
    expect(report()?.differences?.[0]?.message).toMatch(
      /the shadow failed with TIME_LIMIT: it had not ended/,
    );
    answer(["d"]);
    pass(limits.shadowPatienceMs * (limits.shadowRestFactor - 1));
    answer(["e"]);
    expect(submitted).toHaveLength(1);
    pass(limits.shadowPatienceMs);
    answer(["f"]);
    expect(submitted).toHaveLength(2);
    expect(report()).toMatchObject({ calls: 1, skipped: 4 });
  });

  it("is as patient as the version that serves is slow", () => {
    const { submitted, answer } = setup();
    answer(["a"], { ...frameOf(["a"]), runMs: Float32Array.of(3000) });
    expect(submitted[0]?.submission.deadlineMs).toBe(3000 * limits.shadowPatienceFactor);
  });

  it("does not blame a shadow that had no turn", () => {
    const { submitted, answer, settle, report } = setup();
    answer(["a", "b"]);
    settle({ ...frameOf([""]), errors: [failure(0, "DEADLINE")], attempt: 0 });
    expect(report()).toMatchObject({ calls: 0, failed: 0, skipped: 1 });
    expect(submitted).toHaveLength(2);
  });

  it("gives up what waits and what runs when the shadow is taken back", () => {
    const { shadows, submitted, cancelled, answer, settle } = setup();
    answer(["a", "b", "c"]);
    shadows.route("k", undefined);
    expect(cancelled).toEqual([submitted[0]?.record]);
    settle();
    expect(submitted).toHaveLength(1);
  });

  it.each<[string, ResultFrame, ResultFrame, object, string]>([
    [
      "other bytes",
      frameOf(["abc"]),
      frameOf(["abd"]),
      { different: 1 },
      "for 5 bytes it gave 3 bytes; the shadow gave 3 bytes, which differ from byte 2 on",
    ],
    [
      "more bytes",
      frameOf(["abc"]),
      frameOf(["abcd"]),
      { different: 1 },
      "for 5 bytes it gave 3 bytes; the shadow gave 4 bytes",
    ],
    [
      "a failure",
      frameOf(["abc"]),
      { ...frameOf([""]), errors: [failure(0, "KERNEL_TRAP", "it trapped")] },
      { failed: 1 },
      "for 5 bytes it gave 3 bytes; the shadow failed with KERNEL_TRAP: it trapped",
    ],
    [
      "a result for a failure",
      { ...frameOf([""]), errors: [failure(0, "KERNEL_FAILED", "no")] },
      frameOf(["abc"]),
      { different: 1 },
      "for 5 bytes it failed with KERNEL_FAILED: no; the shadow gave 3 bytes",
    ],
    [
      "another failure",
      { ...frameOf([""]), errors: [failure(0, "KERNEL_FAILED", "no")] },
      { ...frameOf([""]), errors: [failure(0, "KERNEL_FAILED", "never")] },
      { different: 1 },
      "for 5 bytes it failed with KERNEL_FAILED: no; the shadow failed with KERNEL_FAILED: never",
    ],
  ])("tells of %s", (_what, answered, shadow, counts, message) => {
    const { answer, settle, report } = setup();
    answer(["input"], answered);
    settle(shadow);
    const told = { function: "f", message, traceId: "ab".repeat(16), atMs: 1235 };
    expect(report()).toMatchObject({ calls: 1, equal: 0, differences: [told], ...counts });
  });

  it("takes equal failures for equal", () => {
    const { answer, settle, report } = setup();
    answer(["input"], { ...frameOf([""]), errors: [failure(0, "KERNEL_TRAP", "at 12")] });
    settle({ ...frameOf([""]), errors: [failure(0, "KERNEL_TRAP", "at 17")] });
    expect(report()).toMatchObject({ calls: 1, equal: 1, differences: [] });
  });

  it("does not judge by calls that were not tried", () => {
    const { submitted, answer, settle, report } = setup();
    answer(["input"], { ...frameOf([""]), errors: [failure(0, "NO_NODES")] });
    expect(submitted).toEqual([]);
    answer(["input"]);
    settle({ ...frameOf([""]), errors: [failure(0, "QUEUE_FULL")] });
    answer(["input"]);
    settle();
    expect(report()).toMatchObject({ calls: 0, skipped: 2 });
  });

  it("has one small batch under way and skips what finds no room", () => {
    const { submitted, answer, settle, report } = setup();
    const inputs = Array.from({ length: 1000 }, (_, index) => `${index}`);
    for (let round = 0; round < 10; round++) answer(inputs);
    expect(submitted).toHaveLength(1);
    let compared = 0;
    for (let at = 0; at < submitted.length; at++) {
      const { submission } = submitted[at] ?? expect.unreachable();
      expect(submission.sizes.length).toBeLessThanOrEqual(limits.shadowBatchMax);
      compared += submission.sizes.length;
      settle(frameOf(Array.from(submission.sizes, () => "")));
    }
    expect(compared).toBeGreaterThanOrEqual(limits.shadowCallsMax);
    expect(report()).toMatchObject({ calls: compared, skipped: 10_000 - compared });
    expect(report()?.differences).toHaveLength(limits.shadowDifferencesMax);
  });

  it("is bounded in bytes", () => {
    const { answer, report } = setup();
    const large = "x".repeat(1024 * 1024);
    for (let call = 0; call < 30; call++) answer([large]);
    expect(Number(report()?.skipped)).toBeGreaterThan(30 - limits.shadowQueueMaxBytes / large.length);
  });

  it("takes its share of the calls, however many settle at once", () => {
    for (const size of [1, 7, 500]) {
      const { answer, submitted, settle, report } = setup(5);
      let calls = 0;
      let ended = 0;
      for (; calls < 20_000; calls += size) {
        answer(Array.from({ length: size }, () => "x"));
        for (; ended < submitted.length; ended++) settle();
      }
      expect(Number(report()?.skipped) / calls, `seed ${testSeed}`).toBeCloseTo(0.05, 1);
    }
  });

  it.each([1e-16, Number.MIN_VALUE])("comes to an end with a share of %d percent", (percent) => {
    for (const drawn of [0, 0.5, 1 - 2 ** -53]) {
      let draws = 0;
      const next = (): number => {
        if (++draws > 10) throw new Error("it draws for ever");
        return drawn;
      };
      const { answer, submitted } = setup(percent, { next });
      answer(["a", "b", "c"]);
      answer(["d"]);
      expect(submitted.length).toBeLessThanOrEqual(1); // a lot of 0 takes the first call, whatever the share
    }
  });

  it("looks only at calls of the version that is shadowed, for as long as it is", () => {
    const { shadows, submitted, answer, settle, report } = setup();
    answer(["a"], frameOf(["a"]), functionOf("c"));
    answer(["a"], frameOf(["a"]), next);
    expect(submitted).toEqual([]);
    answer(["a"]);
    settle(frameOf(["a"]));
    shadows.route("k", shadowed(50));
    expect(report()).toMatchObject({ calls: 1 });
    shadows.route("k", undefined);
    answer(["a"]);
    expect(submitted).toHaveLength(1);
    expect(report()).toBeUndefined();
    shadows.route("k", shadowed(50));
    expect(report()).toMatchObject({ calls: 0 });
  });

  it("gives up what runs when it is closed", () => {
    const { shadows, submitted, cancelled, answer } = setup();
    answer(["a"]);
    shadows.close();
    answer(["b"]);
    expect(cancelled).toEqual([submitted[0]?.record]);
    expect(submitted).toHaveLength(1);
  });
});
