/** Spans of the tracer that is registered with the OpenTelemetry API, whosever it is. */
import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { decodeSpanContext, encodeSpanContext } from "./span-context.ts";
import type { AttributeSet } from "./attribute-set.ts";
import type { OpenSpan, SpanAttributes, SpanSource, SpanStart } from "./span-source.ts";

/** Makes the spans of a tracer; `mayStartTrace` says whether to ask it about a new trace at all. */
export class ApiSource implements SpanSource {
  readonly #tracer: Tracer;
  readonly #mayStartTrace: () => boolean;

  constructor(tracer: Tracer, mayStartTrace: () => boolean) {
    this.#tracer = tracer;
    this.#mayStartTrace = mayStartTrace;
  }

  wantsCall(): boolean {
    return trace.getSpan(context.active()) !== undefined || this.#mayStartTrace();
  }

  startCall(start: SpanStart): OpenSpan | undefined {
    return recording(startSpan(this.#tracer, start, context.active()));
  }

  startUnder(parents: Uint8Array, offset: number, start: SpanStart): OpenSpan | undefined {
    const remote = decodeSpanContext(parents, offset);
    if (remote === undefined && !this.#mayStartTrace()) return undefined;
    const parent = remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
    return recording(startSpan(this.#tracer, start, parent));
  }
}

class ApiSpan implements OpenSpan {
  readonly #tracer: Tracer;
  readonly #span: Span;

  constructor(tracer: Tracer, span: Span) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get recording(): boolean {
    return this.#span.isRecording();
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  context(): Uint8Array {
    return encodeSpanContext(this.#span.spanContext());
  }

  child(start: SpanStart): OpenSpan {
    return startSpan(this.#tracer, start, trace.setSpan(ROOT_CONTEXT, this.#span));
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  share(attributes: AttributeSet): void {
    this.#span.setAttributes(attributes.values);
  }

  event(name: string, attributes: SpanAttributes, at: number): void {
    this.#span.addEvent(name, attributes, at);
  }

  fail(message: string | undefined): void {
    const code = SpanStatusCode.ERROR;
    this.#span.setStatus(message === undefined ? { code } : { code, message });
  }

  end(at: number): void {
    this.#span.end(at);
  }
}

function startSpan(tracer: Tracer, start: SpanStart, parent: Context): ApiSpan {
  const { name, kind, at: startTime } = start;
  const attributes = { ...start.shared?.values, ...start.attributes };
  return new ApiSpan(tracer, tracer.startSpan(name, { kind, startTime, attributes }, parent));
}

function recording(span: ApiSpan): ApiSpan | undefined {
  return span.recording ? span : undefined;
}
