/** Looking at the items of an attempt by runs. */
import type { AttemptState } from "./state.ts";

/** Visits the runs of [first, end) that the attempt has not reported; outside its own range there are none. */
export function forUnreported(
  attempt: AttemptState,
  first: number,
  end: number,
  visit: (first: number, end: number) => void,
): void {
  const { reported } = attempt;
  const stop = Math.min(end, attempt.end);
  for (let at = reported.nextAbsent(Math.max(first, attempt.first), stop); at < stop;) {
    const until = reported.nextPresent(at, stop);
    visit(at, until);
    at = reported.nextAbsent(until, stop);
  }
}

/** Visits the runs of [first, end) that are neither reported nor settled. */
export function forWanted(
  attempt: AttemptState,
  first: number,
  end: number,
  visit: (first: number, end: number) => void,
): void {
  const { settled } = attempt.batch;
  forUnreported(attempt, first, end, (from, stop) => {
    let at = settled.nextAbsent(from, stop);
    while (at < stop) {
      const until = settled.nextPresent(at, stop);
      visit(at, until);
      at = settled.nextAbsent(until, stop);
    }
  });
}

/** How many of its items in [first, end), all unless given, are neither reported nor settled. */
export function countWanted(attempt: AttemptState, first = attempt.first, end = attempt.end): number {
  let wanted = 0;
  forWanted(attempt, first, end, (from, until) => {
    wanted += until - from;
  });
  return wanted;
}
