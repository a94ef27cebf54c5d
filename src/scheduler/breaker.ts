/**
 * A function that keeps killing workers is stopped for a while, so that its calls do not eat the threads, and the
 * time, of all others: a circuit breaker (M. Nygard, "Release It!", 2007). Closed, it counts outcomes; when enough of
 * them were kills, and they are at least half of all, it opens, and all that waits or comes fails at once with advice
 * when to come back. After that one item is let through: if it goes well the breaker closes, if it kills the breaker
 * opens for twice as long.
 */
import { Code } from "../base/code.ts";
import type { Progress } from "./event.ts";
import { failWaiting } from "./fail-waiting.ts";
import type { AttemptState, Breaker, Failure, FunctionState, SchedulerState } from "./state.ts";
import type { BreakerTimer } from "./timer.ts";

/** A breaker that has seen nothing. */
export function createBreaker(): Breaker {
  return { phase: "closed", since: -Infinity, kills: 0, good: 0, openMs: 0, openUntil: 0 };
}

/** Does an attempt that failed for this reason speak of a worker that was killed by what it ran? */
export function isKill(reason: string): boolean {
  return reason === "TIME_LIMIT" || reason === "WORKER_LOST" || reason === "NODE_LOST";
}

/** A node is lost with these attempts: it may be any function's doing, so each is noted once. */
export function noteLoss(state: SchedulerState, attempts: readonly AttemptState[]): void {
  const concerned = new Set<FunctionState>();
  for (const attempt of attempts) if (attempt.unreported > 0) concerned.add(attempt.batch.function);
  for (const fn of concerned) noteOutcomes(state, fn, 0, 1);
}

/** What a report of an attempt says of its function. */
export function noteReport(
  state: SchedulerState,
  { batch }: AttemptState,
  { count, failures }: Progress,
): void {
  let kills = 0;
  let failed = 0;
  for (const failure of failures) {
    const items = Math.max(1, failure.count ?? 1);
    failed += items;
    if (isKill(failure.reason)) kills += items;
  }
  noteOutcomes(state, batch.function, count - failed, kills);
}

/** So many items of the function went well and so many killed their worker. */
export function noteOutcomes(state: SchedulerState, fn: FunctionState, good: number, kills: number): void {
  if (good === 0 && kills === 0) return;
  const { breaker } = fn;
  const { breakerWindowMs, breakerKillsMin } = state.options;
  if (breaker.phase === "open") return; // what still ran when it opened
  if (breaker.phase === "half-open") {
    if (kills > 0) open(state, fn);
    else Object.assign(breaker, createBreaker());
    return;
  }
  if (state.now - breaker.since >= breakerWindowMs)
    Object.assign(breaker, { since: state.now, kills: 0, good: 0 });
  breaker.good += good;
  breaker.kills += kills;
  if (breaker.kills >= breakerKillsMin && breaker.kills >= breaker.good) open(state, fn);
}

/** The time of an open breaker is over: one item may try. */
export function halfOpen({ function: fn }: BreakerTimer): void {
  fn.breaker.phase = "half-open";
}

/** Fails what waits for functions whose breaker opened in this step. */
export function failBroken(state: SchedulerState): void {
  if (state.broken.length === 0) return;
  for (const batch of state.batches.values()) {
    const fn = batch.function;
    if (state.broken.includes(fn))
      failWaiting(state, batch, brokenFailure(state, fn), retryAfterMs(state, fn));
  }
  state.broken.length = 0;
}

/** What calls of a function with an open breaker fail with. */
export function brokenFailure(state: SchedulerState, fn: FunctionState): Failure {
  const { kills } = fn.breaker;
  const message = `the function is stopped for ${retryAfterMs(state, fn)} ms: ${kills} of its last invocations ended their worker`;
  return { code: Code.UNAVAILABLE, reason: "FUNCTION_STOPPED", message };
}

/** How long an open breaker stays open, in whole ms. */
export function retryAfterMs(state: SchedulerState, { breaker }: FunctionState): number {
  return Math.max(0, Math.ceil(breaker.openUntil - state.now));
}

function open(state: SchedulerState, fn: FunctionState): void {
  const { breaker } = fn;
  const { breakerOpenMs, breakerOpenMaxMs } = state.options;
  breaker.openMs =
    breaker.phase === "closed" ? breakerOpenMs : Math.min(breakerOpenMaxMs, 2 * breaker.openMs);
  breaker.phase = "open";
  breaker.openUntil = state.now + breaker.openMs;
  state.timers.add({ kind: "breaker", at: breaker.openUntil, slot: -1, function: fn });
  state.broken.push(fn);
}
