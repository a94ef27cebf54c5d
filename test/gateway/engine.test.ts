import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { batchId, nodeId, toKernelDigest } from "../../src/base/ids.ts";
import { Engine, type Submission } from "../../src/gateway/engine.ts";
import type { BatchClient } from "../../src/gateway/records.ts";
import { Watchers } from "../../src/gateway/watchers.ts";
import type { Action } from "../../src/scheduler/action.ts";
import type { Event } from "../../src/scheduler/event.ts";
import type { Scheduler } from "../../src/scheduler/scheduler.ts";
import { noBytes, type ResultFrame } from "../../src/wire/frame.ts";

const digest = toKernelDigest("0".repeat(64));
if (digest === undefined) throw new Error("64 zeros are a digest");
const fn = {
  kernel: "k",
  name: "f",
  digest,
  timeLimitMs: 1,
  memoryMaxBytes: 1,
  pure: true,
  key: `${digest}/f`,
};

/** A core that keeps what it is given and answers each step as the test has said. */
class ScriptedScheduler implements Scheduler {
  readonly steps: Event[][] = [];
  answer: (events: readonly Event[]) => Action[] = () => [];

  step(events: readonly Event[]): Action[] {
    this.steps.push([...events]);
    return this.answer(events);
  }
  load() {
    return { attempts: 0, queueMs: 0 };
  }
  snapshot(): never {
    throw new Error("nobody asks for it here");
  }
}

function setup() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = { time: 1000, now: () => clock.time };
  const scheduler = new ScriptedScheduler();
  const engine = new Engine({ clock, scheduler, watchers: new Watchers(), nodeGone: () => {} });
  const told: string[] = [];
  const results: ResultFrame[] = [];
  const client: BatchClient = {
    key: "client",
    result: (_, frame) => results.push(frame),
    settled: (batch) => told.push(`settled ${batch.clientId}`),
  };
  const submission = (clientId: number, payloads: string): Submission => ({
    ...{
      client,
      clientId,
      function: fn,
      open: true,
      deadlineMs: 0,
      priority: 0,
      attemptsMax: 0,
      principal: "",
      affinity: "",
    },
    ...{
      sizes: Uint32Array.of(payloads.length),
      payloads: Buffer.from(payloads),
      trace: noBytes,
      idempotencyKey: "",
      traces: noBytes,
    },
  });
  return { clock, scheduler, engine, told, results, submission };
}

describe("Engine", () => {
  it("gathers what happens in a turn into one step", async () => {
    const { engine, scheduler, submission } = setup();
    const batch = engine.submit(submission(7, "abc"));
    engine.append(batch, Uint32Array.of(2), Buffer.from("de"), false);
    engine.pause(batch, true);
    engine.cancel(batch, 0, Infinity);
    expect(scheduler.steps).toEqual([]);
    await turn();
    expect(scheduler.steps).toHaveLength(1);
    expect(scheduler.steps[0]).toMatchObject([
      {
        kind: "submitted",
        count: 1,
        bytes: 3,
        open: true,
        deadlineAt: Infinity,
        client: "client",
        function: { key: `${digest}/f`, pure: true, attemptsMax: 4 },
      },
      { kind: "appended", count: 1, bytes: 2, open: false },
      { kind: "paused", paused: true },
      { kind: "cancelled", first: 0, count: Infinity },
    ]);
    await turn();
    expect(scheduler.steps).toHaveLength(1);
  });

  it("lets a function with effects be repeated when the caller gave a key, and only then", async () => {
    const { engine, scheduler, submission } = setup();
    const plain = submission(7, "abc");
    const effects = { ...plain, function: { ...plain.function, pure: false } };
    engine.submit(effects);
    engine.submit({ ...effects, idempotencyKey: "once" });
    await turn();
    expect(scheduler.steps[0]).toMatchObject([{ function: { pure: false } }, { function: { pure: true } }]);
  });

  it("tells the client of items that failed, under its own number", async () => {
    const { engine, scheduler, submission, results } = setup();
    const { id } = engine.submit(submission(7, "abc"));
    const failed = {
      code: 14,
      reason: "NO_NODES",
      message: "no node",
      attempts: 2,
      node: undefined,
      retryAfterMs: 50,
    };
    scheduler.answer = () => [{ kind: "fail", batch: id, first: 0, count: 1, ...failed }];
    await turn();
    expect(results).toMatchObject([
      {
        id: 7,
        first: 0,
        count: 1,
        attempt: 2,
        errors: [{ index: 0, count: 1, reason: "NO_NODES", node: "", retryAfterMs: 50 }],
      },
    ]);
  });

  it("forgets a batch that is settled, and tells when it is idle", async () => {
    const { engine, scheduler, submission, told } = setup();
    const batch = engine.submit(submission(7, "abc"));
    let idle = false;
    const waiting = engine.idle(10_000).then(() => (idle = true));
    await turn();
    expect([told, idle]).toEqual([[], false]);
    scheduler.answer = () => [
      { kind: "settled", batch: batch.id },
      { kind: "settled", batch: batchId(99) },
    ];
    engine.post({ kind: "tick" });
    await waiting;
    expect(told).toEqual(["settled 7"]);
    engine.append(batch, Uint32Array.of(1), Buffer.from("x"), true);
    engine.cancel(batch, 0, 1);
    engine.pause(batch, true);
    await turn();
    expect(scheduler.steps).toHaveLength(2);
    await engine.idle(10_000);
  });

  it("waits for no longer than it is told", async () => {
    const { engine, submission, told } = setup();
    engine.submit(submission(7, "abc"));
    let idle = false;
    const waiting = engine.idle(500).then(() => (idle = true));
    vi.advanceTimersByTime(499);
    await turn();
    expect(idle).toBe(false);
    vi.advanceTimersByTime(1);
    await waiting;
    expect(told).toEqual([]);
  });

  it("takes a step when the core wants to be woken, at the earliest time asked for", async () => {
    const { engine, scheduler } = setup();
    scheduler.answer = ([event]) => (event?.kind === "tick" ? [] : [{ kind: "wake", at: 1400 }]);
    engine.post({ kind: "nodeAlive", node: nodeId("n"), incarnation: 1 });
    await turn();
    scheduler.answer = ([event]) => (event?.kind === "tick" ? [] : [{ kind: "wake", at: 1200 }]);
    engine.post({ kind: "nodeAlive", node: nodeId("n"), incarnation: 1 });
    await turn();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(199);
    await turn();
    expect(scheduler.steps).toHaveLength(2);
    vi.advanceTimersByTime(1);
    await turn();
    expect(scheduler.steps[2]).toEqual([{ kind: "tick" }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  // The process of a gateway that had stopped lived on until the timer of its last step came.
  it("leaves no timer behind when it is stopped, whatever is still to be stepped", async () => {
    const { engine, scheduler } = setup();
    scheduler.answer = () => [{ kind: "wake", at: 900_000 }];
    engine.post({ kind: "tick" });
    engine.stop();
    await turn();
    expect(scheduler.steps).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
