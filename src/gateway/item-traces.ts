/** The parent spans of a batch's items: one for all, one for each, or some of them with their items' numbers. */
import { traceBytes, type BatchFrame } from "../wire/frame.ts";
import { traceIdOf } from "../wire/traceparent.ts";
import type { BatchRecord } from "./records.ts";

type ItemTraces = Pick<BatchRecord, "traces" | "tracedItems">;

/** As a record has them. */
export function tracesOf({ traces, tracedItems, tracedParents }: BatchFrame): ItemTraces {
  return tracedItems.length === 0 ? { traces } : { traces: tracedParents, tracedItems };
}

/** The id of the trace that an item belongs to, 32 hex digits; empty when it has none. */
export function traceIdOfItem(
  batch: Pick<BatchRecord, "trace" | "traces" | "tracedItems">,
  item: number,
): string {
  const { trace, traces, tracedItems } = batch;
  if (traces.length === 0) return traceIdOf(trace);
  const position = tracedItems === undefined ? item : tracedItems.indexOf(item);
  return position < 0 ? "" : traceIdOf(traces, position * traceBytes);
}

/** Calls back with the items in [first, first + count) that may have a parent span, and where in `traces` it is. */
export function forTracedItems(
  { traces, tracedItems }: ItemTraces,
  first: number,
  count: number,
  tell: (item: number, offset: number) => void,
): void {
  const length = tracedItems?.length ?? traces.length / traceBytes;
  for (let position = tracedItems === undefined ? first : 0; position < length; position++) {
    const item = tracedItems === undefined ? position : (tracedItems[position] ?? 0);
    if (item >= first + count) return;
    if (item >= first) tell(item, position * traceBytes);
  }
}
