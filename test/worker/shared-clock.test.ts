import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { SharedClock } from "../../src/worker/shared-clock.ts";

/** Runs items of these lengths in ms; gives the times they are said to have taken, and before which the time was known. */
function run(lengths: readonly number[], deadlineAt = Infinity) {
  const clock = new SharedClock();
  let now = 1_000;
  clock.start(now, deadlineAt);
  const times: number[] = [];
  const known: boolean[] = [];
  for (const length of lengths) {
    known.push(clock.fresh);
    now += length;
    times.push(clock.due() ? clock.read(now) : clock.estimate());
  }
  return { times, known, readAt: clock.now };
}

const short = limits.sharedClockMs / 4;
const sum = (times: readonly number[]): number => times.reduce((total, time) => total + time, 0);

describe("SharedClock", () => {
  it("knows when each item began where they are not short", () => {
    const { times, known } = run([5, 1, 3, 2]);
    expect(times).toEqual([5, 1, 3, 2]);
    expect(known).not.toContain(false);
  });

  it("lets short items share a reading, and their times add up", () => {
    const count = 1 + 3 * limits.sharedClockItems;
    const { times, known, readAt } = run(Array.from({ length: count }, () => short));
    expect(known.filter((is) => is)).toHaveLength(4);
    expect(readAt).toBeCloseTo(1_000 + count * short, 9);
    expect(sum(times)).toBeCloseTo(count * short, 9);
    for (const time of times) expect(time).toBeCloseTo(short, 9);
  });

  it("counts a long item among short ones, and reads after each item then", () => {
    const lengths = Array.from({ length: 1 + limits.sharedClockItems }, (_, at) => (at === 3 ? 7 : short));
    const { times, known } = run([...lengths, 4, 5]);
    expect(sum(times.slice(0, lengths.length))).toBeCloseTo(sum(lengths), 9);
    expect(known.slice(-2)).toEqual([true, true]);
    expect(times.slice(-2)).toEqual([4, 5]);
  });

  it("is read after each item where there is a deadline", () => {
    const { known } = run(
      Array.from({ length: 50 }, () => short),
      2_000,
    );
    expect(known).not.toContain(false);
  });
});
