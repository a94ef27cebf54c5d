/**
 * Attempts that take too long, although their node lives, are tried once more elsewhere while they run: those of a
 * function that asks for it, when they take longer than nearly all do (hedging: J. Dean and L. A. Barroso, "The Tail
 * at Scale", 2013), and those that hold up the end of a map when nothing else is left to place (backup tasks: J. Dean
 * and S. Ghemawat, "MapReduce", 2004). Both cost work, so both are capped, and neither is placed before work that has
 * not been tried at all.
 *
 * Each attempt that may be copied has a timer. When its time comes, the attempt is looked at after the placement of
 * the step: it is copied, or looked at again later.
 */
import { startAttempt } from "./attempt.ts";
import { countWanted, forWanted } from "./wanted-items.ts";
import { chooseNode } from "./choose-node.ts";
import { estimateMs } from "./estimate.ts";
import type { AttemptState, BatchState, FunctionState, SchedulerState } from "./state.ts";
import { pair } from "./twin.ts";
import { roomOf } from "./waiting.ts";

/** Sees to it that a new attempt is looked at when it may be late. Items that are tried for the first time earn hedges. */
export function watchAttempt(state: SchedulerState, attempt: AttemptState): void {
  const { batch } = attempt;
  const { policy, function: fn } = batch;
  const isHedged = policy.hedgeMinMs < Infinity;
  if (isHedged && attempt.cause === "first") earnHedges(state, fn, attempt.unreported);
  if (!policy.pure || attempt.spent + 1 >= policy.attemptsMax) return;
  if (isHedged || policy.rerunStragglers) lookAgain(state, attempt, nextLook(state, attempt));
}

/** Copies what is late of the attempts whose time came in this step. To be called when all else has been placed. */
export function copyLate(state: SchedulerState): void {
  for (const attempt of state.late) {
    const isOver = state.attempts.get(attempt.id) !== attempt;
    if (isOver || attempt.phase === "cancelled") continue;
    if (attempt.twin === undefined && copy(state, attempt)) continue;
    lookAgain(state, attempt, nextLook(state, attempt));
  }
  state.late.length = 0;
}

function copy(state: SchedulerState, attempt: AttemptState): boolean {
  const { batch } = attempt;
  const cause = causeToCopy(state, attempt);
  if (cause === undefined) return false;
  const range = wantedRange(attempt);
  if (range === undefined || range.count > roomOf(batch) || !affordsCopy(state, batch, cause, range.count))
    return false;
  const estimatedMs = estimateMs(batch.function, range.count);
  const { node, bytes, spent, refused, failedNodes } = attempt;
  const avoid = failedNodes.includes(node.id) ? failedNodes : [...failedNodes, node.id];
  const wanted = { batch, estimatedMs, count: range.count, bytes, failedNodes: avoid, room: "any" } as const;
  const other = chooseNode(state, wanted);
  if (other === undefined || avoid.includes(other.id)) return false;
  if (cause === "straggler" && other.pool !== "idle") return false;
  const before = { tries: attempt.tries, spent, refused, failedNodes };
  const twin = startAttempt(state, batch, other, { ...range, bytes, estimatedMs, cause, before });
  if (cause === "hedge") batch.function.hedgeTokens -= range.count;
  else batch.copied += range.count;
  pair(attempt, twin);
  return true;
}

/** Is it late now, and by which rule? */
function causeToCopy(state: SchedulerState, attempt: AttemptState): "hedge" | "straggler" | undefined {
  const { batch } = attempt;
  if (batch.paused) return undefined;
  if (hedgeAt(attempt) <= state.now) return "hedge";
  const isTail = batch.phase === "closed" && batch.cursor === batch.count && batch.ready.length === 0;
  const isStraggler = batch.policy.rerunStragglers && isTail && stragglerAt(state, attempt) <= state.now;
  return isStraggler ? "straggler" : undefined;
}

/** What is left of it, unless it has gaps: then its reports are on the way. */
function wantedRange(attempt: AttemptState): { readonly first: number; readonly count: number } | undefined {
  let first = -1;
  let count = 0;
  let runs = 0;
  forWanted(attempt, attempt.first, attempt.end, (from, until) => {
    if (runs++ === 0) first = from;
    count += until - from;
  });
  return runs === 1 ? { first, count } : undefined;
}

function affordsCopy(
  { options }: SchedulerState,
  batch: BatchState,
  cause: "hedge" | "straggler",
  count: number,
): boolean {
  if (cause === "hedge") return batch.function.hedgeTokens >= count;
  return batch.copied === 0 || batch.copied + count <= options.stragglerShare * batch.count;
}

function earnHedges({ options }: SchedulerState, fn: FunctionState, items: number): void {
  const earned = fn.hedgeTokens + options.hedgeShare * items;
  fn.hedgeTokens = Math.min(Math.max(options.hedgeBurstItems, fn.hedgeTokens), earned);
}

/** When an attempt is late enough to be hedged; Infinity for never, or while nobody knows what is late. */
function hedgeAt({ batch, startedAt }: AttemptState): number {
  const { hedgeMinMs } = batch.policy;
  if (hedgeMinMs === Infinity) return Infinity;
  const late = batch.function.reportMs.value();
  return late === undefined ? Infinity : startedAt + Math.max(hedgeMinMs, late);
}

function stragglerAt({ options }: SchedulerState, attempt: AttemptState): number {
  const { function: fn } = attempt.batch;
  const usual = Math.max(fn.reportMs.value() ?? 0, estimateMs(fn, countWanted(attempt)));
  const { stragglerMinMs, stragglerFactor } = options;
  return usual === Infinity ? Infinity : attempt.heardAt + Math.max(stragglerMinMs, stragglerFactor * usual);
}

/** It is not late yet, or nobody may take it at present. */
function nextLook(state: SchedulerState, attempt: AttemptState): number {
  const { hedgeMinMs, rerunStragglers } = attempt.batch.policy;
  const hedged = hedgeMinMs < Infinity ? hedgeAt(attempt) : Infinity;
  const straggles = rerunStragglers ? stragglerAt(state, attempt) : Infinity;
  const at = Math.min(hedged, straggles);
  return at > state.now && at < Infinity ? at : state.now + state.options.stragglerMinMs;
}

function lookAgain(state: SchedulerState, attempt: AttemptState, at: number): void {
  attempt.late ??= { kind: "late", at, slot: -1, attempt };
  attempt.late.at = at;
  state.timers.add(attempt.late);
}
