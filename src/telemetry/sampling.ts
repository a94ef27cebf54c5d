/**
 * Whether there is anything to trace at all. These checks stand on the path of every invocation, so they allocate
 * nothing: an untraced process pays a few loads and compares.
 */
import { ProxyTracerProvider, trace, TraceFlags, type Tracer, type TracerProvider } from "@opentelemetry/api";
import { ApiSource } from "./api-spans.ts";
import { spanContextBytes } from "./span-context.ts";
import type { SpanSource } from "./span-source.ts";
import type { TraceLot } from "./trace-lot.ts";

/** What the API hands out while nobody has registered a tracer provider. */
const noopProvider: TracerProvider = new ProxyTracerProvider().getDelegate();
const instrumentation = "heddle";

// The tracer of the provider it came from: asking a provider for one costs a string and a lookup.
let knownProvider: TracerProvider = noopProvider;
let knownTracer: Tracer | undefined;

/** The tracer of the registered provider, or undefined while tracing is off in this process. */
export function activeTracer(): Tracer | undefined {
  const registered = trace.getTracerProvider();
  // Not instanceof: the application may have its own copy of the API, with a proxy of its own.
  const provider = isProxy(registered) ? registered.getDelegate() : registered;
  if (provider !== knownProvider) {
    knownProvider = provider;
    knownTracer = provider === noopProvider ? undefined : provider.getTracer(instrumentation);
  }
  return knownTracer;
}

let lot: TraceLot | undefined;
/** The tracer that goes by it; another one decides by itself. */
let lotTracer: Tracer | undefined;

/** The tracer that is registered now takes the traces that are drawn; undefined: it is asked about each. */
export function drawTraces(by: TraceLot | undefined): void {
  lot = by;
  lotTracer = activeTracer();
}

let own: SpanSource | undefined;
let api: ApiSource | undefined;
/** The tracer that `api` is for. */
let apiTracer: Tracer | undefined;

/** Makes all spans of this process, whatever is registered; undefined: the registered tracer does. */
export function useSpanSource(source: SpanSource | undefined): void {
  own = source;
}

/** What makes spans in this process, or undefined while tracing is off. */
export function spanSource(): SpanSource | undefined {
  if (own !== undefined) return own;
  const tracer = activeTracer();
  if (tracer === undefined) return undefined;
  if (api === undefined || apiTracer !== tracer) {
    api = new ApiSource(tracer, () => lot === undefined || tracer !== lotTracer || lot.draw());
    apiTracer = tracer;
  }
  return api;
}

/** Does anything make spans in this process? Ask before building what only a span would use. */
export function isTracing(): boolean {
  return spanSource() !== undefined;
}

/**
 * Do the 25 bytes at `offset` ask for spans? False for none, for 25 zero bytes and for a context that is not sampled.
 * For the hot path of the gateway: one compare for each item.
 */
export function isSampled(contexts: Uint8Array | undefined, offset = 0): contexts is Uint8Array {
  if (contexts === undefined || contexts.length < offset + spanContextBytes) return false;
  return ((contexts[offset + spanContextBytes - 1] ?? 0) & TraceFlags.SAMPLED) !== 0;
}

function isProxy(provider: TracerProvider): provider is TracerProvider & { getDelegate(): TracerProvider } {
  return "getDelegate" in provider;
}
