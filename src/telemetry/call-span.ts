/**
 * `invoke` and `map`: an invocation or a map as its caller sees it. The SDK starts them as children of whatever span
 * is active in the application; the gateway starts an `invoke` of its own for callers that are not the SDK, under
 * the context they sent, or as a new trace when they sent none that can be read.
 */
import { SpanKind } from "@opentelemetry/api";
import { codeName } from "../base/code.ts";
import { systemClock } from "../base/clock.ts";
import { AttributeSet, AttributeSets } from "./attribute-set.ts";
import { Attribute, RpcMethod, rpcSystemGrpc, SpanName } from "./attributes.ts";
import { markFailed } from "./node-spans.ts";
import { spanSource } from "./sampling.ts";
import type { OpenSpan, SpanAttributes } from "./span-source.ts";

/** What is known of a call when it starts. */
export interface CallStart {
  /**
   * `client` (default): a child of the active span of this process. `server`: the gateway's view of a call that came
   * without the SDK, a child of `parent`.
   */
  readonly side?: "client" | "server";
  /** With `server`: the 25 bytes the caller sent; absent or none starts a new trace. */
  readonly parent?: Uint8Array | undefined;
  /** The RPC that carries it; default `heddle.v1.Fabric/Session`. */
  readonly method?: string;
  /** What `serverAttributes(address)` gave for the connection. */
  readonly server?: SpanAttributes;
  /** The caller's id of the invocation. */
  readonly invocation?: string | undefined;
  /** Items of a map, when they are known. */
  readonly count?: number | undefined;
}

/** How a call ended. */
export interface CallEnd {
  /** When, in ms on the scale of `systemClock`. */
  readonly at: number;
  /** The error the caller gets; absent when all went well. */
  readonly error?:
    { readonly code: number; readonly reason: string; readonly rawMessage: string } | undefined;
  /** How many tries it took. */
  readonly attempts?: number | undefined;
  /** The node of the last try. */
  readonly node?: string | undefined;
  /** Items of a map. */
  readonly count?: number | undefined;
  /** Items of a map that failed. */
  readonly failed?: number | undefined;
}

/** A sampled invocation under way. */
export type InvokeSpan = CallSpan;
/** A sampled map under way. */
export type MapSpan = CallSpan;

/**
 * Starts the span of one invocation of `kernel/function` at `at`, in ms on the scale of `systemClock`; default now.
 * Undefined when tracing is off or the trace is not sampled: then nothing is to be sent along either, and not even the
 * time was looked up. On a hot path ask `isTracing()` before building `start`.
 */
export function startInvokeSpan(
  functionName: string,
  at?: number,
  start?: CallStart,
): InvokeSpan | undefined {
  return startCall(SpanName.invoke, functionName, at, start);
}

/** Starts the span of a map; everything else is as in `startInvokeSpan`. */
export function startMapSpan(functionName: string, at?: number, start?: CallStart): MapSpan | undefined {
  return startCall(SpanName.map, functionName, at, start);
}

class CallSpan {
  readonly #span: OpenSpan;
  #ended = false;

  constructor(span: OpenSpan) {
    this.#span = span;
  }

  /** The trace it belongs to, 32 hex digits; for errors and logs. */
  get traceId(): string {
    return this.#span.traceId;
  }

  /** The 25 bytes that travel with the work. */
  context(): Uint8Array {
    return this.#span.context();
  }

  /** Ends the span. A second end is ignored: a call may be cancelled while its result comes in. */
  end(end: CallEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    const { error } = end;
    this.#span.set({
      [Attribute.rpcStatusCode]: codeName(error?.code ?? 0),
      [Attribute.attempts]: end.attempts,
      [Attribute.nodeId]: end.node,
      [Attribute.batchCount]: end.count,
      [Attribute.batchFailed]: end.failed,
    });
    if (error !== undefined) markFailed(this.#span, error.reason, error.rawMessage);
    this.#span.end(end.at);
  }
}

function startCall(
  name: string,
  functionName: string,
  at: number | undefined,
  call: CallStart | undefined,
): CallSpan | undefined {
  const source = spanSource();
  if (source === undefined) return undefined;
  const server = call?.side === "server";
  if (!server && !source.wantsCall()) return undefined;
  const start = {
    name,
    kind: server ? SpanKind.SERVER : SpanKind.CLIENT,
    at: at ?? systemClock.now(),
    shared: identities.of(functionName, call?.method ?? RpcMethod.session, ""),
    attributes: call === undefined ? {} : ownOf(call),
  };
  const span = server ? source.startUnder(call?.parent ?? noContext, 0, start) : source.startCall(start);
  return span === undefined ? undefined : new CallSpan(span);
}

/** What spans of calls of a function by an RPC have in common. */
const identities = new AttributeSets(
  (functionName, method) =>
    new AttributeSet({
      [Attribute.rpcSystem]: rpcSystemGrpc,
      [Attribute.rpcMethod]: method,
      [Attribute.faasInvokedName]: functionName,
    }),
);

function ownOf({ server, invocation, count }: CallStart): SpanAttributes {
  return { ...server, [Attribute.faasInvocationId]: invocation, [Attribute.batchCount]: count };
}

const noContext = new Uint8Array();
