/**
 * What makes spans. There are two: the tracer that an application has registered with the OpenTelemetry API
 * (`api-spans.ts`), and one of our own that does no more than Heddle's processes need (`own-spans.ts`).
 */
import type { SpanKind } from "@opentelemetry/api";
import type { AttributeSet } from "./attribute-set.ts";

/** Attributes of a span; undefined is as if it were not there. */
export type SpanAttributes = Record<string, string | number | boolean | undefined>;

/** What is known of a span when it starts. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  /** ms on the scale of `systemClock`. */
  readonly at: number;
  /** What it has in common with others. */
  readonly shared?: AttributeSet | undefined;
  /** They become the span's: nobody else may keep them. */
  readonly attributes: SpanAttributes;
}

/** A sampled span under way. Nothing changes it after its end. */
export interface OpenSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** The 25 bytes that travel with the work. */
  context(): Uint8Array;
  /** Starts a child in this process. */
  child(start: SpanStart): OpenSpan;
  set(attributes: SpanAttributes): void;
  /** Sets what it has in common with others. */
  share(attributes: AttributeSet): void;
  event(name: string, attributes: SpanAttributes, at: number): void;
  /** Gives it the status ERROR. */
  fail(message: string | undefined): void;
  end(at: number): void;
}

/** Starts spans that have no parent of ours. */
export interface SpanSource {
  /**
   * May a call of this process have a span? Asked once before each `startCall`, so that a call that is not sampled costs
   * nothing else.
   */
  wantsCall(): boolean;
  /** A child of the application's active span, or a new trace; undefined when it is not sampled. */
  startCall(start: SpanStart): OpenSpan | undefined;
  /**
   * A child of the span in another process that the 25 bytes at `offset` name, or a new trace when they name none;
   * undefined when it is not sampled.
   */
  startUnder(parents: Uint8Array, offset: number, start: SpanStart): OpenSpan | undefined;
}
