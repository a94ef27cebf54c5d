/**
 * The node's part of an attempt, made after the fact. A node starts no spans: it sends three durations with its
 * results, and the scheduler's process draws `execute` and its children from them.
 *
 * Durations instead of times, because the clocks of two machines never agree. Where on the scheduler's scale the
 * node's time lies is not known, only that it lies inside the attempt; what remains of the attempt is the way there
 * and back, so half of it is put before and half after, as NTP assumes. A node that claims more time than the attempt
 * took (its clock runs fast) is cut at the attempt's end: children never leave their parent.
 */
import { SpanKind } from "@opentelemetry/api";
import { Code, codeName } from "../base/code.ts";
import { AttributeSet } from "./attribute-set.ts";
import { Attribute, SpanName } from "./attributes.ts";
import type { OpenSpan, SpanAttributes } from "./span-source.ts";

/** What a node says about the items of one attempt. All in ms. */
export interface NodeTimings {
  /** From their arrival on the node until the first of them started, less what `coldMs` counts. */
  readonly queuedMs: number;
  /** Making an instance; 0 when a warm one was there. */
  readonly coldMs: number;
  /** Running the function, over all items. */
  readonly runMs: number;
  /** The thread. */
  readonly worker: number;
}

/** Where `execute` and its parts lie, on the scheduler's scale in ms. The parts share their ends. */
export interface NodeTimeline {
  readonly executeAt: number;
  readonly instantiateAt: number;
  readonly runAt: number;
  readonly endAt: number;
}

/** How an attempt ended on the node, when it did not end well. */
export interface NodeFailure {
  readonly reason: string;
  readonly codeName: string;
}

/** Places the node's durations within the attempt; see the head of the file. */
export function placeOnTimeline(startAt: number, endAt: number, timings: NodeTimings): NodeTimeline {
  const end = Math.max(startAt, endAt);
  const queued = duration(timings.queuedMs);
  const cold = duration(timings.coldMs);
  const run = duration(timings.runMs);
  const outsideMs = Math.max(0, end - startAt - (queued + cold + run));
  const executeAt = startAt + outsideMs / 2;
  const instantiateAt = Math.min(end, executeAt + queued);
  const runAt = Math.min(end, instantiateAt + cold);
  return { executeAt, instantiateAt, runAt, endAt: Math.min(end, runAt + run) };
}

/** Attributes of `execute`. */
export interface NodeAttributes {
  /** What it shares with others: what ran where, and by what RPC. */
  readonly shared: AttributeSet;
  /** They become the span's: nobody else may keep them. */
  readonly own: SpanAttributes;
}

/** What `execute` has in common with all others that went well on an instance that was there. */
const warmAndWell = new AttributeSet({
  [Attribute.rpcStatusCode]: codeName(Code.OK),
  [Attribute.faasColdStart]: false,
});

/**
 * Draws `execute` with `queue`, `instantiate` (only when cold) and `run` (unless it failed before it ran) as children of
 * the attempt.
 */
export function drawNodeSpans(
  attempt: OpenSpan,
  line: NodeTimeline,
  timings: NodeTimings,
  { shared, own }: NodeAttributes,
  failure: NodeFailure | undefined,
): void {
  const cold = timings.coldMs > 0;
  own[Attribute.worker] = timings.worker;
  const execute = attempt.child({
    name: SpanName.execute,
    kind: SpanKind.SERVER,
    at: line.executeAt,
    shared,
    attributes: own,
  });
  if (failure === undefined && !cold) execute.share(warmAndWell);
  else {
    const status = failure?.codeName ?? codeName(Code.OK);
    execute.set({ [Attribute.rpcStatusCode]: status, [Attribute.faasColdStart]: cold });
  }
  drawPart(execute, SpanName.queue, line.executeAt, line.instantiateAt, undefined);
  if (cold) drawPart(execute, SpanName.instantiate, line.instantiateAt, line.runAt, undefined);
  if (failure === undefined || timings.runMs > 0) {
    drawPart(execute, SpanName.run, line.runAt, line.endAt, failure);
  }
  if (failure !== undefined) markFailed(execute, failure.reason);
  execute.end(line.endAt);
}

/** Gives a span the status ERROR and the stable reason as `error.type`. */
export function markFailed(span: OpenSpan, reason: string, message?: string): void {
  span.set({ [Attribute.errorType]: reason });
  span.fail(message);
}

function drawPart(
  execute: OpenSpan,
  name: string,
  startAt: number,
  endAt: number,
  failure: NodeFailure | undefined,
): void {
  const span = execute.child({ name, kind: SpanKind.INTERNAL, at: startAt, attributes: {} });
  if (failure !== undefined) markFailed(span, failure.reason);
  span.end(endAt);
}

/** A duration from the wire: anything that is none counts as 0. */
function duration(ms: number): number {
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
