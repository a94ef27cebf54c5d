/**
 * Whether there is anything to trace at all. These checks stand on the path of every invocation, so they allocate
 * nothing: an untraced process pays a few loads and compares.
 */
import { ProxyTracerProvider, trace, TraceFlags, type Tracer, type TracerProvider } from "@opentelemetry/api";
import { spanContextBytes } from "./span-context.ts";
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

/** May a trace start? False when it was drawn that it is not wanted; true: the tracer has the last word. */
export function mayStartTrace(tracer: Tracer): boolean {
  return lot === undefined || tracer !== lotTracer || lot.draw();
}

/** Has somebody registered a tracer provider in this process? Ask before building what only a span would use. */
export function isTracing(): boolean {
  return activeTracer() !== undefined;
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
