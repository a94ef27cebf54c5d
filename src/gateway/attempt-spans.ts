/** The spans of attempts: one per attempt for a batch with one parent, one per sampled item where parents differ. */
import type { AttemptEnded, Dispatch } from "../scheduler/action.ts";
import { isSampled } from "../telemetry/sampling.ts";
import { startAttemptSpan, type AttemptSpan } from "../telemetry/spans.ts";
import { forTracedItems } from "./item-traces.ts";
import type { AttemptRecord, BatchRecord, FunctionRecord } from "./records.ts";

const none: readonly AttemptSpan[] = [];

/** Starts what the parents ask for; nothing is made when none of them is sampled. */
export function startAttemptSpans(
  batch: BatchRecord,
  dispatch: Dispatch,
  at: number,
): readonly AttemptSpan[] {
  if (batch.traces.length === 0) {
    if (!isSampled(batch.trace)) return none;
    return definedOnly([start(batch, batch.trace, 0, dispatch.first, dispatch.count, dispatch, at)]);
  }
  const spans: (AttemptSpan | undefined)[] = [];
  forTracedItems(batch, dispatch.first, dispatch.count, (item, offset) => {
    if (isSampled(batch.traces, offset))
      spans.push(start(batch, batch.traces, offset, item, 1, dispatch, at));
  });
  return spans.length === 0 ? none : definedOnly(spans);
}

function definedOnly(spans: readonly (AttemptSpan | undefined)[]): readonly AttemptSpan[] {
  return spans.filter((span) => span !== undefined);
}

function start(
  batch: BatchRecord,
  parents: Uint8Array,
  offset: number,
  first: number,
  count: number,
  dispatch: Dispatch,
  at: number,
): AttemptSpan | undefined {
  const { function: fn } = batch;
  const earlier = batch.earlier.findLast(
    (range) => range.first <= first && first < range.first + range.count,
  );
  return startAttemptSpan(
    parents,
    at,
    {
      functionName: nameOf(fn),
      version: fn.digest,
      node: dispatch.node,
      number: dispatch.number,
      first,
      count,
      retryReason: earlier?.tried.reason,
    },
    offset,
  );
}

/** One string per function: a new one for each span would be hashed to find what has been written of it before. */
function nameOf(fn: FunctionRecord): string {
  let name = names.get(fn);
  if (name === undefined) names.set(fn, (name = `${fn.kernel}/${fn.name}`));
  return name;
}

const names = new WeakMap<FunctionRecord, string>();

/** Ends them with the attempt's outcome. */
export function endAttemptSpans(attempt: AttemptRecord, ended: AttemptEnded, at: number): void {
  const { outcome, reason, retried, backoffMs } = ended;
  for (const span of attempt.spans) span.end({ at, outcome, reason, retried, backoffMs });
}
