/**
 * `attempt`: one try of an invocation, or of a range of a map, on one node. The scheduler's process starts it when
 * it dispatches the work and ends it when it knows the outcome; then it also draws the node's part.
 */
import { SpanKind } from "@opentelemetry/api";
import { Code, codeName } from "../base/code.ts";
import { limits } from "../base/limits.ts";
import { reasonRow } from "../base/reason.ts";
import { AttributeSet, AttributeSets } from "./attribute-set.ts";
import { Attribute, logEvent, RpcMethod, rpcSystemGrpc, SpanName } from "./attributes.ts";
import {
  drawNodeSpans,
  markFailed,
  placeOnTimeline,
  type NodeFailure,
  type NodeTimings,
} from "./node-spans.ts";
import { isSampled, spanSource } from "./sampling.ts";
import { hasSpanContext } from "./span-context.ts";
import type { OpenSpan, SpanAttributes } from "./span-source.ts";

/** What is known of an attempt when it is dispatched. */
export interface AttemptStart {
  /** `kernel/function`. */
  readonly functionName: string;
  /** Digest of the module. */
  readonly version?: string | undefined;
  readonly node: string;
  /** 1 for the first try of its items. */
  readonly number: number;
  /** The caller's id of the invocation. */
  readonly invocation?: string | undefined;
  /** Index of the first item in its batch or map. */
  readonly first?: number | undefined;
  /** Items in the range. */
  readonly count?: number | undefined;
  /** Why the try before this one did not settle. */
  readonly retryReason?: string | undefined;
  /** What `serverAttributes(address)` gave for the node. */
  readonly server?: SpanAttributes;
}

/** How an attempt ended. */
export interface AttemptEnd {
  /** When, in ms on the scale of `systemClock`. */
  readonly at: number;
  readonly outcome: "ok" | "failed" | "lost" | "cancelled";
  /** Stable reason of the last failure; empty or absent when all went well. */
  readonly reason?: string | undefined;
  /** gRPC status; default: the one that belongs to the reason. */
  readonly code?: number | undefined;
  /** A sentence for people. */
  readonly message?: string | undefined;
  /** Items that are tried again. */
  readonly retried?: number | undefined;
  /** The wait before they are, in ms. */
  readonly backoffMs?: number | undefined;
  /** What the node said, unless `progress` was told all of it already. */
  readonly timings?: NodeTimings | undefined;
}

/**
 * Starts the span of an attempt at `at` (ms on the scale of `systemClock`) under the 25 bytes at `offset` of `parents`.
 * Undefined when they are none or not sampled, or when tracing is off in this process. On a hot path ask
 * `isSampled(parents, offset)` before building `start`.
 */
export function startAttemptSpan(
  parents: Uint8Array | undefined,
  at: number,
  start: AttemptStart,
  offset = 0,
): AttemptSpan | undefined {
  if (!isSampled(parents, offset) || !hasSpanContext(parents, offset)) return undefined;
  const source = spanSource();
  if (source === undefined) return undefined;
  const shared = identities.of(start.functionName, start.version ?? "", start.node);
  const attributes = ownOf(start);
  if (start.server !== undefined) Object.assign(attributes, start.server);
  if (start.retryReason !== undefined) attributes[Attribute.retryReason] = start.retryReason;
  const span = source.startUnder(parents, offset, {
    name: SpanName.attempt,
    kind: SpanKind.CLIENT,
    at,
    shared,
    attributes,
  });
  return span === undefined ? undefined : new AttemptSpan(span, at, start, shared);
}

/** What spans of the attempts of a version of a function on a node have in common, and their `execute` too. */
const identities = new AttributeSets(
  (functionName, version, node) =>
    new AttributeSet({
      [Attribute.faasName]: functionName,
      [Attribute.faasVersion]: version === "" ? undefined : version,
      [Attribute.nodeId]: node,
      [Attribute.rpcSystem]: rpcSystemGrpc,
      [Attribute.rpcMethod]: RpcMethod.execute,
    }),
);

/** What tells an attempt from others, on its span and on `execute`. */
function ownOf({ invocation, number, first, count }: AttemptStart): SpanAttributes {
  return {
    [Attribute.faasInvocationId]: invocation,
    [Attribute.attempt]: number,
    [Attribute.batchFirst]: first,
    [Attribute.batchCount]: count,
  };
}

/** What the span of an attempt has in common with all others that went well. */
const wentWell = new AttributeSet({
  [Attribute.outcome]: "ok",
  [Attribute.rpcStatusCode]: codeName(Code.OK),
});

/** A sampled attempt under way. */
export class AttemptSpan {
  readonly #span: OpenSpan;
  readonly #startAt: number;
  readonly #start: AttemptStart;
  readonly #shared: AttributeSet;
  #timings: NodeTimings | undefined;
  #ended = false;

  /** Made by `startAttemptSpan`. */
  constructor(span: OpenSpan, startAt: number, start: AttemptStart, shared: AttributeSet) {
    this.#span = span;
    this.#startAt = startAt;
    this.#start = start;
    this.#shared = shared;
  }

  /** A line that a kernel logged in an item; one of another attempt's item is ignored. `at` as for `end`. */
  log(index: number, level: number, text: string, at: number): void {
    const { first = 0, count = Infinity } = this.#start;
    if (this.#ended || index < first || index >= first + count) return;
    const attributes: SpanAttributes = {
      [Attribute.logLevel]: levelNames[level] ?? "info",
      [Attribute.logText]: text.slice(0, limits.messageMaxBytes),
      [Attribute.logIndex]: index,
    };
    this.#span.event(logEvent, attributes, Math.max(this.#startAt, at));
  }

  /** The 25 bytes for the frame to the node. */
  context(): Uint8Array {
    return this.#span.context();
  }

  /** What the node said of some of the items, when results come in several frames. Waits overlap, work adds up. */
  progress(timings: NodeTimings): void {
    const before = this.#timings;
    this.#timings = {
      queuedMs: Math.max(before?.queuedMs ?? 0, timings.queuedMs),
      coldMs: (before?.coldMs ?? 0) + timings.coldMs,
      runMs: (before?.runMs ?? 0) + timings.runMs,
      worker: timings.worker,
    };
  }

  /** Ends the span and draws the node's part. A second end is ignored: a node may be lost while its result comes in. */
  end(end: AttemptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    if (end.timings !== undefined) this.progress(end.timings);
    const failure = failureOf(end);
    const lost = end.outcome === "lost" ? { [Attribute.lost]: true } : undefined;
    const endAt = Math.max(this.#startAt, end.at);
    this.#drawNode(endAt, failure, lost);
    this.#say(end, failure, lost);
    // Not wanted any more is not wrong: a cancelled attempt has a status code, but no error.
    if (failure !== undefined && end.outcome !== "cancelled") {
      markFailed(this.#span, failure.reason, end.message);
    }
    this.#span.end(endAt);
  }

  #drawNode(endAt: number, failure: NodeFailure | undefined, lost: SpanAttributes | undefined): void {
    const timings = this.#timings;
    if (timings === undefined) return;
    const line = placeOnTimeline(this.#startAt, endAt, timings);
    const own = ownOf(this.#start);
    if (lost !== undefined) Object.assign(own, lost);
    drawNodeSpans(this.#span, line, timings, { shared: this.#shared, own }, failure);
  }

  #say(end: AttemptEnd, failure: NodeFailure | undefined, lost: SpanAttributes | undefined): void {
    if (end.retried !== undefined && end.retried > 0) {
      this.#span.set({ [Attribute.retryCount]: end.retried, [Attribute.backoffMs]: end.backoffMs });
    }
    if (end.outcome === "ok") this.#span.share(wentWell);
    else {
      const status = failure?.codeName ?? codeName(Code.OK);
      this.#span.set({ ...lost, [Attribute.outcome]: end.outcome, [Attribute.rpcStatusCode]: status });
    }
  }
}

/** What to write on spans of an attempt that did not end well; a reason is found where the caller gave none. */
function failureOf(end: AttemptEnd): NodeFailure | undefined {
  if (end.outcome === "ok") return undefined;
  const reason = end.reason || defaultReasons[end.outcome];
  const code = end.code ?? reasonRow(reason).code ?? Code.UNKNOWN;
  return { reason, codeName: codeName(code) };
}

const levelNames = ["debug", "info", "warn", "error"] as const;

const defaultReasons = { failed: "INTERNAL", lost: "NODE_LOST", cancelled: "CANCELLED" } as const;
