/**
 * A span context as frames carry it: 16 bytes of trace id, 8 of span id, 1 of flags. 25 zero bytes are none.
 */
import { isSpanContextValid, type SpanContext } from "@opentelemetry/api";

/** Size of a span context in a frame. */
export const spanContextBytes = 25;
const traceIdBytes = 16;

/** Are there 25 bytes at `offset` whose ids are not all zero? */
export function hasSpanContext(bytes: Uint8Array, offset: number): boolean {
  if (bytes.length < offset + spanContextBytes) return false;
  return (
    hasBits(bytes, offset, offset + traceIdBytes) &&
    hasBits(bytes, offset + traceIdBytes, offset + spanContextBytes - 1)
  );
}

function hasBits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return true;
  return false;
}

/** Writes a span context as 25 bytes. Trace state does not travel. */
export function encodeSpanContext(context: SpanContext): Uint8Array {
  const bytes = new Uint8Array(spanContextBytes);
  bytes.set(Buffer.from(context.traceId + context.spanId, "hex"));
  bytes[spanContextBytes - 1] = context.traceFlags;
  return bytes;
}

/** Reads the 25 bytes at `offset` as the context of a span in another process; undefined when they hold none. */
export function decodeSpanContext(bytes: Uint8Array, offset = 0): SpanContext | undefined {
  if (bytes.length < offset + spanContextBytes) return undefined;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + offset, spanContextBytes - 1).toString("hex");
  const context: SpanContext = {
    traceId: hex.slice(0, 32),
    spanId: hex.slice(32),
    traceFlags: bytes[offset + spanContextBytes - 1] ?? 0,
    isRemote: true,
  };
  return isSpanContextValid(context) ? context : undefined;
}
