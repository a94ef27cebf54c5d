import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IndexSet } from "../../src/base/index-set.ts";
import type { AttemptState } from "../../src/scheduler/state.ts";
import { forUncovered } from "../../src/scheduler/twin.ts";

/** As much of an attempt as is looked at. */
function attempt(first: number, end: number, reported: readonly number[], twin?: AttemptState): AttemptState {
  const set = new IndexSet(first);
  for (const index of reported) set.add(index, index + 1);
  return { first, end, reported: set, twin } as unknown as AttemptState;
}

describe("forUncovered", () => {
  it("visits exactly what the twin does not work on", () => {
    const index = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(
        index,
        index,
        fc.uniqueArray(index),
        index,
        index,
        (from, length, reported, first, count) => {
          const inside = reported.filter((at) => at >= from && at < from + length);
          const twin = attempt(from, from + length, inside);
          const visited: number[] = [];
          forUncovered(attempt(0, 60, [], twin), first, first + count, (at, until) => {
            for (let item = at; item < until; item++) visited.push(item);
          });
          const wanted: number[] = [];
          for (let item = first; item < first + count; item++) {
            const isCovered = item >= from && item < from + length && !inside.includes(item);
            if (!isCovered) wanted.push(item);
          }
          expect(visited).toEqual(wanted);
        },
      ),
    );
  });

  it("visits all of it when there is no twin", () => {
    const visited: [number, number][] = [];
    forUncovered(attempt(0, 9, []), 2, 5, (first, end) => visited.push([first, end]));
    expect(visited).toEqual([[2, 5]]);
  });
});
