/**
 * Two attempts of the same items on two nodes, an attempt and its copy. Whichever is first with the outcome of an item
 * settles it, and the other is told not to. What one of them fails in a way that might be tried again is left to the
 * other as long as that one still works on it: it costs no try. A copy is made of all that its original still works
 * on, so that what is left of one is always a part of what the other was given.
 */
import { countWanted } from "./wanted-items.ts";
import type { AttemptState, SchedulerState } from "./state.ts";

/** Makes `copy` the second attempt of what `original` still works on. */
export function pair(original: AttemptState, copy: AttemptState): void {
  original.twin = copy;
  copy.twin = original;
}

/** An attempt is over: the other goes on alone, and counts the tries of both. */
export function part(attempt: AttemptState): void {
  const { twin } = attempt;
  if (twin === undefined) return;
  twin.twin = undefined;
  twin.tries = Math.max(twin.tries, attempt.tries);
  attempt.twin = undefined;
}

/** Tries that were made of the items of an attempt, with those of its twin. */
export function triesOf({ tries, twin }: AttemptState): number {
  return twin === undefined ? tries : Math.max(tries, twin.tries);
}

/** Visits the runs of [first, end) that no twin of the attempt works on. */
export function forUncovered(
  { twin }: AttemptState,
  first: number,
  end: number,
  visit: (first: number, end: number) => void,
): void {
  if (twin === undefined) {
    visit(first, end);
    return;
  }
  const { reported } = twin;
  let at = first;
  while (at < end) {
    const isCovered = at >= twin.first && at < twin.end && !reported.has(at);
    let until = isCovered ? Math.min(end, twin.end) : end;
    if (isCovered) until = reported.nextPresent(at, until);
    else if (at < twin.first) until = Math.min(end, twin.first);
    else if (at < twin.end) until = Math.min(end, reported.nextAbsent(at, twin.end));
    if (!isCovered) visit(at, until);
    at = until;
  }
}

/** Items [first, end) are settled by the attempt: its twin need not run them. */
export function relieveTwin(state: SchedulerState, { twin }: AttemptState, first: number, end: number): void {
  if (twin === undefined || twin.phase === "cancelled") return;
  const from = Math.max(first, twin.first);
  const until = Math.min(end, twin.end);
  if (from >= until) return;
  const { id: attempt, node } = twin;
  state.actions.push({ kind: "cancelAttempt", attempt, node: node.id, first: from, count: until - from });
  if (countWanted(twin) === 0) twin.phase = "cancelled";
}
