import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { runClosedLoop, runOpenLoop, type LoadPacing } from "../../src/cli/load-loops.ts";
import { LoadTally } from "../../src/cli/load-tally.ts";

/** A fabric in virtual time, which moves when there is nothing else to do. */
function setup() {
  let now = 0;
  const timers: { at: number; wake: () => void }[] = [];
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timers.push({ at: now + ms, wake: resolve });
      timers.sort((a, b) => a.at - b.at);
    });
  const pacing: LoadPacing = { now: () => now, wait };
  const flight = { now: 0, most: 0, calls: 0 };
  /** A call that takes as long as this says for its moment. */
  const calls =
    (msAt: (now: number) => number): (() => Promise<void>) =>
    async () => {
      flight.calls++;
      flight.most = Math.max(flight.most, ++flight.now);
      await wait(msAt(now));
      flight.now--;
    };
  /** Lets time pass until the work is done. */
  const finish = async (work: Promise<void>): Promise<void> => {
    let done = false;
    const over = work.finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = timers.shift();
      if (next === undefined) continue;
      now = Math.max(now, next.at);
      next.wake();
    }
    await over;
  };
  const interrupt = new AbortController();
  const options = { durationMs: 1000, concurrency: 4, signal: interrupt.signal };
  return { pacing, flight, calls, finish, interrupt, options, tally: new LoadTally() };
}

describe("runClosedLoop", () => {
  it("keeps so many calls in flight for the time, and waits for the last answers", async () => {
    const { pacing, flight, calls, finish, options, tally } = setup();
    await finish(
      runClosedLoop(
        calls(() => 30),
        options,
        tally,
        pacing,
      ),
    );
    expect(flight).toEqual({ now: 0, most: 4, calls: 4 * 34 });
    expect(tally.latency.count).toBe(4 * 34);
    expect(pacing.now()).toBe(34 * 30);
  });

  it("counts failures by what they are, and goes on", async () => {
    const { pacing, calls, finish, options, tally } = setup();
    const call = calls(() => 100);
    let number = 0;
    const failing = async (): Promise<void> => {
      await call();
      if (++number % 2 === 0) throw new HeddleError("KERNEL_TRAP", `number ${number}`);
    };
    await finish(runClosedLoop(failing, { ...options, concurrency: 1 }, tally, pacing));
    expect([tally.latency.count, tally.failed, tally.ended]).toEqual([5, 5, 10]);
    expect(tally.failures()).toEqual([
      { code: "UNKNOWN", reason: "KERNEL_TRAP", count: 5, message: "number 2" },
    ]);
  });

  it("ends when the fabric is gone", async () => {
    const { pacing, finish, options, tally } = setup();
    const gone = (): Promise<void> => Promise.reject(new HeddleError("CONNECTION_LOST", "nobody there"));
    await finish(runClosedLoop(gone, options, tally, pacing));
    expect([tally.lost, tally.failed]).toEqual([true, 4]);
  });

  it("ends at once when it is interrupted, and does not count what was in flight", async () => {
    const { pacing, calls, flight, finish, interrupt, options, tally } = setup();
    const running = runClosedLoop(
      calls(() => 300),
      options,
      tally,
      pacing,
    );
    await finish(Promise.all([running, pacing.wait(400).then(() => interrupt.abort())]).then(() => {}));
    expect([tally.latency.count, tally.failed, flight.calls]).toEqual([4, 0, 8]);
  });
});

describe("runOpenLoop", () => {
  const ratePerSecond = 100;

  it("makes calls at its rate, whatever they take", async () => {
    const { pacing, flight, calls, finish, options, tally } = setup();
    await finish(
      runOpenLoop(
        calls(() => 25),
        { ...options, ratePerSecond },
        tally,
        pacing,
      ),
    );
    expect([flight.calls, flight.most, tally.notStarted]).toEqual([100, 3, 0]);
    expect(tally.latency.summary()?.max).toBeCloseTo(25);
  });

  it("counts the wait of calls that were due while the fabric stalled", async () => {
    const { pacing, calls, finish, options, tally } = setup();
    // One caller at a time, and a fabric that stands still from 200 ms to 600 ms.
    const stalling = calls((now) => (now >= 200 && now < 600 ? 600 - now : 1));
    await finish(runOpenLoop(stalling, { ...options, concurrency: 1, ratePerSecond }, tally, pacing));
    const { p50 = 0, p90 = 0, max = 0 } = tally.latency.summary() ?? {};
    expect(tally.latency.count).toBe(100);
    expect(max).toBeCloseTo(400, 0);
    // Forty calls were due in that time; a closed loop would have seen one.
    expect(p90).toBeGreaterThan(250);
    expect(p50).toBeLessThan(5);
  });

  it("says how many calls were due and never started", async () => {
    const { pacing, calls, finish, options, tally } = setup();
    await finish(
      runOpenLoop(
        calls(() => 100),
        { ...options, concurrency: 2, ratePerSecond },
        tally,
        pacing,
      ),
    );
    expect(tally.latency.count + tally.notStarted).toBe(100);
    // Two at a time, a tenth of a second each.
    expect(tally.latency.count).toBeGreaterThanOrEqual(20);
    expect(tally.latency.count).toBeLessThanOrEqual(22);
  });

  it("ends when it is interrupted", async () => {
    const { pacing, calls, finish, interrupt, options, tally } = setup();
    const running = runOpenLoop(
      calls(() => 1),
      { ...options, ratePerSecond },
      tally,
      pacing,
    );
    await finish(Promise.all([running, pacing.wait(95).then(() => interrupt.abort())]).then(() => {}));
    expect([tally.latency.count, tally.notStarted]).toEqual([10, 0]);
  });
});
