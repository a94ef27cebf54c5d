/** A tracer provider of this process that keeps ended spans in memory, for as long as a test runs. */
import { context, propagation, trace } from "@opentelemetry/api";
import { node } from "@opentelemetry/sdk-node";

type ReadableSpan = node.ReadableSpan;

/** What tests ask of the spans that ended. */
export interface SpanRecorder {
  /** Ended spans in the order of their ends. */
  spans(): ReadableSpan[];
  /** The one ended span of that name; throws when there is none or more than one. */
  span(name: string): ReadableSpan;
  /** The spans as a tree of names, children in the order of their starts: `attempt(execute(queue,run))`. */
  tree(): string;
  stop(): Promise<void>;
}

/** Registers the provider. `sampled: false` makes one that samples nothing. */
export function startSpanRecorder(options: { readonly sampled?: boolean } = {}): SpanRecorder {
  const exporter = new node.InMemorySpanExporter();
  const provider = new node.NodeTracerProvider({
    spanProcessors: [new node.SimpleSpanProcessor(exporter)],
    ...(options.sampled === false ? { sampler: new node.AlwaysOffSampler() } : {}),
  });
  provider.register();
  return {
    spans: () => exporter.getFinishedSpans(),
    span(name) {
      const found = exporter.getFinishedSpans().filter((span) => span.name === name);
      const [only] = found;
      if (only === undefined || found.length > 1) {
        throw new Error(
          `expected one span "${name}", found ${found.length} among ${exporter.getFinishedSpans().length}`,
        );
      }
      return only;
    },
    tree: () => drawTree(exporter.getFinishedSpans()),
    async stop() {
      trace.disable();
      context.disable();
      propagation.disable();
      await provider.shutdown();
    },
  };
}

/** A time of the SDK in ms since the epoch. */
export function toMs([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1000 + nanos / 1e6;
}

function drawTree(spans: readonly ReadableSpan[]): string {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const childrenOf = (parent: string | undefined): ReadableSpan[] =>
    spans
      .filter((span) => {
        const id = span.parentSpanContext?.spanId;
        return parent === undefined ? id === undefined || !ids.has(id) : id === parent;
      })
      .toSorted((a, b) => toMs(a.startTime) - toMs(b.startTime));
  const draw = (span: ReadableSpan): string => {
    const children = childrenOf(span.spanContext().spanId).map(draw);
    return children.length === 0 ? span.name : `${span.name}(${children.join(",")})`;
  };
  return childrenOf(undefined).map(draw).join(",");
}
