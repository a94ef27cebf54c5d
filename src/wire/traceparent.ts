/**
 * W3C Trace Context (https://www.w3.org/TR/trace-context/), the `traceparent` header, and the form in which a span
 * context travels in our frames: 25 bytes, 16 of trace id, 8 of span id, 1 of flags. 25 zero bytes stand for none, so
 * that contexts of single items can lie in one column.
 *
 * A header that breaks the rules is no error: it reads as none, and whoever asked starts a trace of his own.
 */

/** Size of a span context in bytes. */
export const traceContextBytes = 25;

/** What is known about flags: `sampled`, and the `random` of Level 2. Unknown ones are not passed on. */
const knownFlags = 0x03;
/** `00-<32 hex>-<16 hex>-<2 hex>`; a later version may go on after one more dash. */
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header into 25 bytes; undefined for whatever is not one, all-zero ids among them. */
export function parseTraceparent(text: string): Uint8Array | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, version = "", traceId = "", spanId = "", flags = "", rest] = match;
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  const bytes = new Uint8Array(traceContextBytes);
  bytes.set(Buffer.from(traceId + spanId, "hex"));
  bytes[24] = Number.parseInt(flags, 16) & knownFlags;
  return isTraceContext(bytes) ? bytes : undefined;
}

/** Writes the 25 bytes at `offset` as a `traceparent` header; undefined when they hold no span context. */
export function formatTraceparent(bytes: Uint8Array, offset = 0): string | undefined {
  if (!isTraceContext(bytes, offset)) return undefined;
  const hex = hexOf(bytes, offset, traceContextBytes - 1);
  const flags = (bytes[offset + 24] ?? 0) & knownFlags;
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-0${flags}`;
}

/** Are there 25 bytes at `offset` with a trace id and a span id that are not all zero? */
export function isTraceContext(bytes: Uint8Array, offset = 0): boolean {
  return (
    bytes.length >= offset + traceContextBytes &&
    hasBits(bytes, offset, offset + 16) &&
    hasBits(bytes, offset + 16, offset + 24)
  );
}

/** The trace id of the 25 bytes at `offset` as 32 hex digits; empty when they hold no span context. */
export function traceIdOf(bytes: Uint8Array, offset = 0): string {
  return isTraceContext(bytes, offset) ? hexOf(bytes, offset, 16) : "";
}

function hasBits(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== 0) return true;
  }
  return false;
}

function hexOf(bytes: Uint8Array, offset: number, size: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, size).toString("hex");
}
