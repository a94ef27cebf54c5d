import { describe, expect, it } from "vitest";
import { percentile, runRound, type LoadLoop, type LoadTarget } from "../../../bench/load/load.ts";

/** Answers each call in a later turn; keeps count. */
class CountingTarget implements LoadTarget {
  started = 0;
  inFlight = 0;
  inFlightMax = 0;
  readonly slots = new Set<number>();
  #loop: LoadLoop | undefined;
  readonly #wrongAt: number;

  /** The call with this number, from 1, gets a wrong reply. */
  constructor(wrongAt = Infinity) {
    this.#wrongAt = wrongAt;
  }

  begin(loop: LoadLoop): void {
    this.#loop = loop;
  }

  call(slot: number): void {
    this.started += 1;
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    this.slots.add(slot);
    const number = this.started;
    setImmediate(() => {
      this.inFlight -= 1;
      if (number === this.#wrongAt) this.#loop?.failed(new Error("wrong reply"));
      else this.#loop?.finished(slot);
    });
  }
}

describe("runRound", () => {
  it("keeps exactly the wanted number of calls in flight", async () => {
    const target = new CountingTarget();
    await runRound(target, { inFlight: 7, durationMs: 20 });
    expect(target.inFlightMax).toBe(7);
    expect([...target.slots].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("counts every call that was started, and waits for the last reply", async () => {
    const target = new CountingTarget();
    const round = await runRound(target, { inFlight: 3, durationMs: 20 });
    expect(target.inFlight).toBe(0);
    expect(round.calls).toBe(target.started);
    expect(round.calls).toBeGreaterThan(3);
    expect(round.elapsedMs).toBeGreaterThanOrEqual(20);
    expect(round.p99Ms).toBeGreaterThanOrEqual(round.p50Ms);
    expect(round.p50Ms).toBeGreaterThan(0);
  });

  it("makes a call in each slot even when there is no time", async () => {
    const round = await runRound(new CountingTarget(), { inFlight: 4, durationMs: 0 });
    expect(round.calls).toBe(4);
  });

  it("fails with the first wrong reply", async () => {
    const round = runRound(new CountingTarget(5), { inFlight: 2, durationMs: 20 });
    await expect(round).rejects.toThrow("wrong reply");
  });
});

describe("percentile", () => {
  const values = Float64Array.from({ length: 200 }, (_, index) => index + 1);

  it.each([
    [0.5, 100],
    [0.99, 198],
    [1, 200],
    [0, 1],
  ])("%d of 1…200 is %d", (share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
