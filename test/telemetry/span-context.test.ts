import { describe, expect, it } from "vitest";
import { decodeSpanContext, encodeSpanContext, spanContextBytes } from "../../src/telemetry/span-context.ts";
import { formatTraceparent, parseTraceparent, traceContextBytes } from "../../src/wire/traceparent.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

describe("encodeSpanContext", () => {
  it("writes the bytes that wire/traceparent.ts writes for the same header", () => {
    const bytes = encodeSpanContext({ traceId, spanId, traceFlags: 1 });
    expect(bytes).toEqual(parseTraceparent(`00-${traceId}-${spanId}-01`));
    expect(formatTraceparent(bytes)).toBe(`00-${traceId}-${spanId}-01`);
    expect(spanContextBytes).toBe(traceContextBytes);
  });
});

describe("decodeSpanContext", () => {
  it("reads the context at an offset of a column as a remote one", () => {
    const column = new Uint8Array(3 * spanContextBytes);
    column.set(encodeSpanContext({ traceId, spanId, traceFlags: 1 }), spanContextBytes);
    expect(decodeSpanContext(column, spanContextBytes)).toEqual({
      traceId,
      spanId,
      traceFlags: 1,
      isRemote: true,
    });
    expect(decodeSpanContext(column)).toBeUndefined();
    expect(decodeSpanContext(column, 2 * spanContextBytes)).toBeUndefined();
  });

  it("gives undefined for too few bytes", () => {
    expect(decodeSpanContext(new Uint8Array(24).fill(1))).toBeUndefined();
    expect(decodeSpanContext(new Uint8Array(49).fill(1), 25)).toBeUndefined();
  });
});
