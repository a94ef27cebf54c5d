import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { Batches } from "../../src/executor/batches.ts";
import { emptyBatch, emptyFunction, type BatchFrame } from "../../src/wire/frame.ts";
import type { KernelModule } from "../../src/worker/pool.ts";
import { HeldWorkers } from "../support/held-workers.ts";

const kernel = {} as KernelModule; // only handed on
const entry = { ...emptyFunction, number: 1, kernel: "k", function: "f", timeLimitMs: 1, memoryMaxBytes: 1 };

function owner() {
  const told: string[] = [];
  const report = (frame: BatchFrame, part: { first: number; count: number; done: boolean }): void => {
    told.push(`${frame.id}: ${part.count} from ${part.first}${part.done ? ", done" : ""}`);
  };
  const log = (frame: BatchFrame, entry: { index: number; text: string }): void => {
    told.push(`${frame.id}: item ${entry.index} says ${entry.text}`);
  };
  return { told, report, log };
}

function setup() {
  const clock = { time: 1000, now: () => clock.time };
  const workers: HeldWorkers = new HeldWorkers((part) => batches.part(part));
  const batches: Batches = new Batches("node-1", clock, () => workers);
  const submit = (to: ReturnType<typeof owner>, frame: Partial<BatchFrame>) =>
    batches.submit(to, { ...emptyBatch, count: 1, sizes: Uint32Array.of(0), ...frame }, kernel, entry);
  return { batches, workers, submit };
}

describe("Batches", () => {
  it("hands attempts to the workers under numbers of its own and their outcomes to the owner", () => {
    const { batches, workers, submit } = setup();
    const [one, two] = [owner(), owner()];
    expect(
      submit(one, {
        id: 7,
        count: 3,
        sizes: Uint32Array.of(1, 1, 1),
        payloads: Buffer.from("abc"),
        deadlineMs: 50,
      }),
    ).toBeUndefined();
    submit(two, { id: 7 });
    const [first, second] = workers.batches;
    expect(first).toMatchObject({ function: "f", count: 3, deadlineAt: 1050 });
    expect(second).toMatchObject({ deadlineAt: Infinity });
    expect(first?.id).not.toBe(second?.id);
    if (first === undefined || second === undefined) return;
    workers.echo(first, 0, 2);
    expect([batches.count, batches.executed]).toEqual([2, 2]);
    workers.echo(second);
    workers.echo(first, 2, 3);
    expect([batches.count, batches.executed]).toEqual([0, 4]);
    expect([one.told, two.told]).toEqual([["7: 2 from 0", "7: 1 from 2, done"], ["7: 1 from 0, done"]]);
  });

  it("tells the workers how long a batch will run, once items of the function have run", () => {
    const { batches, workers, submit } = setup();
    submit(owner(), { id: 1 });
    const [first] = workers.batches;
    expect(first?.estimatedMs).toBe(Infinity);
    const empty = { sizes: Uint32Array.of(0), payloads: new Uint8Array(0), failures: [] };
    const times = { runMs: Float32Array.of(2), queuedMs: 0, coldMs: 0, worker: 0 };
    batches.part({ id: first?.id ?? 0, first: 0, count: 1, ...empty, ...times, done: true });
    submit(owner(), { id: 2, count: 3, sizes: Uint32Array.of(0, 0, 0) });
    expect(workers.batches.at(-1)?.estimatedMs).toBe(6);
  });

  it("tells the workers of a function that takes many times as long as everybody thought, after the outcome", () => {
    const { batches, workers, submit } = setup();
    const one = owner();
    const found: number[] = [];
    for (const [index, ms] of [0.001, 1, 2, 2, 2].entries()) {
      submit(one, { id: index });
      const id = workers.batches.at(-1)?.id ?? 0;
      const times = { runMs: Float32Array.of(ms), queuedMs: 0, coldMs: 0, worker: 0 };
      const empty = { sizes: Uint32Array.of(0), payloads: new Uint8Array(0), failures: [] };
      batches.part({ id, first: 0, count: 1, ...empty, ...times, done: true });
      found.push(workers.found.length);
    }
    expect(found).toEqual([0, 0, 1, 1, 1]);
    expect(workers.found).toEqual([["f", 1]]);
  });

  it("refuses what is beyond its number of attempts, until one has ended", () => {
    const { workers, submit } = setup();
    const one = owner();
    for (let id = 0; id < limits.nodeBatchesMax; id++) expect(submit(one, { id })).toBeUndefined();
    expect(submit(one, { id: 9999 })).toEqual({
      reason: "NODE_OVERLOADED",
      message: `node node-1 already holds ${limits.nodeBatchesMax} attempts with 0 bytes`,
    });
    const [first] = workers.batches;
    if (first !== undefined) workers.echo(first);
    expect(submit(one, { id: 9999 })).toBeUndefined();
  });

  it("refuses what is beyond its bytes, until some have gone", () => {
    const { workers, submit } = setup();
    const one = owner();
    const half = new Uint8Array(limits.nodeQueueMaxBytes / 2);
    const large = (id: number) => submit(one, { id, payloads: half, sizes: Uint32Array.of(half.length) });
    expect([large(1), large(2)]).toEqual([undefined, undefined]);
    expect(submit(one, { id: 3, payloads: Uint8Array.of(1) })).toMatchObject({ reason: "NODE_OVERLOADED" });
    expect(submit(one, { id: 4 })).toBeUndefined();
    const [first] = workers.batches;
    if (first !== undefined) workers.echo(first);
    expect(submit(one, { id: 3, payloads: Uint8Array.of(1) })).toBeUndefined();
  });

  it("takes nothing new once it drains, and tells when nothing is left", async () => {
    const { batches, workers, submit } = setup();
    const one = owner();
    submit(one, { id: 1 });
    submit(one, { id: 2 });
    batches.drain();
    expect(batches.draining).toBe(true);
    expect(submit(one, { id: 3 })).toEqual({ reason: "NODE_DRAINING", message: "node node-1 is draining" });
    let empty = false;
    const waiting = batches.empty().then(() => (empty = true));
    const [first, second] = workers.batches;
    if (first === undefined || second === undefined) throw new Error("both were taken");
    workers.echo(first);
    await Promise.resolve();
    expect(empty).toBe(false);
    workers.end(second, { code: 14, reason: "NOT_STARTED", message: "" });
    await waiting;
    await batches.empty();
  });

  it("cancels items by their place in the attempt, and of their owner only", () => {
    const { batches, workers, submit } = setup();
    const [one, two] = [owner(), owner()];
    submit(one, { id: 7, first: 100, count: 10, sizes: new Uint32Array(10) });
    const id = workers.batches[0]?.id;
    batches.cancel(two, 7, 100, 10);
    batches.cancel(one, 8, 100, 10);
    batches.cancel(one, 7, 0, 100);
    batches.cancel(one, 7, 110, Infinity);
    expect(workers.cancels).toEqual([]);
    batches.cancel(one, 7, 103, 2);
    batches.cancel(one, 7, 0, Infinity);
    batches.cancel(one, 7, 108, 99);
    expect(workers.cancels).toEqual([
      [id, 3, 2],
      [id, 0, 10],
      [id, 8, 2],
    ]);
  });

  it("drops all of an owner that has gone, and what still comes of it", async () => {
    const { batches, workers, submit } = setup();
    const [gone, stays] = [owner(), owner()];
    submit(gone, { id: 1, count: 4, sizes: new Uint32Array(4), payloads: new Uint8Array(0) });
    submit(stays, { id: 1 });
    expect(batches.dropAll(gone)).toBe(1);
    expect([batches.count, batches.dropped]).toEqual([1, 1]);
    expect(batches.dropAll(gone)).toBe(0);
    expect(batches.dropped).toBe(1);
    expect(workers.cancels).toEqual([[workers.batches[0]?.id, 0, 4]]);
    for (const batch of workers.batches) workers.echo(batch);
    expect([gone.told, stays.told]).toEqual([[], ["1: 1 from 0, done"]]);
    await batches.empty();
  });
});
