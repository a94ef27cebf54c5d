import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { Roster, type RosterMember } from "../../src/worker/roster.ts";

/** A thread that lives and dies as the test says. */
class PuppetThread implements RosterMember {
  lane = -1;
  state: RosterMember["state"] = "starting";
  late = false;
  error: HeddleError | undefined = undefined;

  exited(): Promise<void> {
    return Promise.resolve();
  }
}

function setup(workers: number, spares: number, spareDelayMs?: number) {
  const threads: PuppetThread[] = [];
  const joined: PuppetThread[] = [];
  const roster = new Roster<PuppetThread>({
    workers,
    spares,
    ...(spareDelayMs === undefined ? {} : { spareDelayMs }),
    create: () => {
      const thread = new PuppetThread();
      threads.push(thread);
      return thread;
    },
    joined: (thread) => joined.push(thread),
  });
  return {
    roster,
    threads,
    joined,
    ready: (thread: PuppetThread | undefined) => {
      if (thread === undefined) throw new Error("no such thread");
      thread.state = "ready";
      roster.ready(thread);
    },
    die: (thread: PuppetThread | undefined) => {
      if (thread === undefined) throw new Error("no such thread");
      thread.error = new HeddleError("WORKER_LOST", "it died");
      thread.state = "ended";
      roster.leave(thread);
    },
  };
}

describe("Roster", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("has another spare for each that is held, up to its bound", async () => {
    const { roster, threads, ready } = setup(1, 1);
    const open = roster.open();
    ready(threads[0]);
    ready(threads[1]);
    await open;
    roster.openLane();
    expect(threads).toHaveLength(2);
    const [, first] = threads;
    if (first === undefined) throw new Error("no such thread");
    first.late = true;
    roster.openLane();
    ready(threads[2]);
    for (const spare of roster.spares) (spare as PuppetThread).late = true;
    roster.openLane();
    expect(threads).toHaveLength(1 + limits.laneThreadsMax);
    expect(roster.spares).toEqual(threads.slice(1));
  });

  it("starts spares at once when the lane needs them", async () => {
    const { roster, threads, ready } = setup(1, 1, 500);
    const open = roster.open();
    ready(threads[0]);
    await open;
    expect(threads).toHaveLength(1);
    roster.openLane();
    expect(threads).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(threads).toHaveLength(2);
  });

  it("is open when every place is taken, with spares still to come", async () => {
    const { roster, threads, ready } = setup(2, 1);
    const open = roster.open();
    expect(threads).toHaveLength(3);
    ready(threads[2]);
    ready(threads[0]);
    await open;
    expect(roster.lanes).toEqual([threads[2], threads[0]]);
    ready(threads[1]);
    expect(roster.spares).toEqual([threads[1]]);
  });

  it("starts its spares a while after all workers are there, if it is told to", async () => {
    const { roster, threads, ready } = setup(2, 1, 500);
    const open = roster.open();
    ready(threads[0]);
    vi.advanceTimersByTime(1000);
    expect(threads).toHaveLength(2);
    ready(threads[1]);
    await open;
    vi.advanceTimersByTime(499);
    expect(threads).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(threads).toHaveLength(3);
    ready(threads[2]);
    expect(roster.spares).toEqual([threads[2]]);
  });

  it("starts a spare at once when a worker has to be replaced", () => {
    const { roster, threads, ready } = setup(1, 1, 500);
    void roster.open();
    ready(threads[0]);
    const [worker] = threads;
    if (worker === undefined) throw new Error("no thread");
    worker.state = "ending";
    roster.leave(worker);
    expect(threads).toHaveLength(3);
  });

  it("starts no spare after it was closed", async () => {
    const { roster, threads, ready } = setup(1, 1, 500);
    void roster.open();
    ready(threads[0]);
    await roster.close(() => {});
    vi.advanceTimersByTime(1000);
    expect(threads).toHaveLength(1);
  });

  it("gives the place of a worker that is being ended to a spare at once, and starts another thread", async () => {
    const { roster, threads, ready, joined } = setup(1, 1);
    void roster.open();
    ready(threads[0]);
    ready(threads[1]);
    const worker = threads[0];
    if (worker === undefined) throw new Error("no thread");
    worker.state = "ending";
    roster.leave(worker);
    expect(roster.lanes).toEqual([threads[1]]);
    expect(joined.map(({ lane }) => lane)).toEqual([0, 0]);
    expect(threads).toHaveLength(3);
    worker.state = "ended";
    roster.leave(worker);
    expect(threads).toHaveLength(3);
  });

  it("rejects when a thread cannot start", async () => {
    const { roster, threads, die } = setup(1, 0);
    const open = roster.open();
    die(threads[0]);
    await expect(open).rejects.toMatchObject({ reason: "WORKER_LOST" });
  });

  it("waits longer and longer while threads die by themselves, up to a bound, and no longer once one has worked", async () => {
    const { roster, threads, ready, die } = setup(1, 0);
    void roster.open().catch(() => {});
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      const before = threads.length;
      die(threads.at(-1));
      let waited = 0;
      for (; threads.length === before; waited += 10) vi.advanceTimersByTime(10);
      waits.push(waited);
    }
    expect(waits.slice(0, 3)).toEqual([1, 2, 4].map((factor) => factor * limits.reconnectBaseMs));
    expect(waits.at(-1)).toBe(limits.reconnectMaxMs);
    ready(threads.at(-1));
    roster.healthy();
    const before = threads.length;
    die(threads.at(-1));
    vi.advanceTimersByTime(limits.reconnectBaseMs);
    expect(threads).toHaveLength(before + 1);
  });

  it("starts nothing after it was closed", async () => {
    const { roster, threads, die } = setup(1, 1);
    const open = roster.open();
    const ended: PuppetThread[] = [];
    await roster.close((thread) => ended.push(thread));
    await expect(open).rejects.toMatchObject({ reason: "NOT_STARTED" });
    expect(ended).toEqual(threads);
    for (const thread of [...threads]) die(thread);
    vi.advanceTimersByTime(60_000);
    expect(threads).toHaveLength(2);
  });
});
