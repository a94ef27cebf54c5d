import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatTraceparent,
  isTraceContext,
  parseTraceparent,
  traceContextBytes,
  traceIdOf,
} from "../../src/wire/traceparent.ts";

const seed = Number(process.env["HEDDLE_SEED"] ?? Date.now() % 2 ** 31);

/** The examples of the W3C recommendation, sections 3.2.2 and 4.3. */
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const sampled = `00-${traceId}-${spanId}-01`;
const notSampled = `00-${traceId}-${spanId}-00`;

describe("parseTraceparent", () => {
  it("reads the examples of the recommendation", () => {
    const bytes = parseTraceparent(sampled);
    expect(bytes).toHaveLength(traceContextBytes);
    expect(Buffer.from(bytes ?? []).toString("hex")).toBe(`${traceId}${spanId}01`);
    expect(parseTraceparent(notSampled)?.[24]).toBe(0);
    expect(parseTraceparent("00-12345678901234567890123456789012-1234567890123456-01")).toBeDefined();
  });

  it.each([
    ["a later version of the same length", `cc-${traceId}-${spanId}-01`],
    ["a later version with more behind a dash", `cc-${traceId}-${spanId}-01-what-the-future-will-be-like`],
  ])("takes %s", (_, text) => {
    expect(formatTraceparent(parseTraceparent(text) ?? new Uint8Array())).toBe(sampled);
  });

  it("keeps the known flags only", () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-ff`)?.[24]).toBe(3);
    expect(parseTraceparent(`00-${traceId}-${spanId}-fc`)?.[24]).toBe(0);
  });

  it.each([
    ["nothing", ""],
    ["a word", "garbage"],
    ["version ff", `ff-${traceId}-${spanId}-01`],
    ["a version of one digit", `0-${traceId}-${spanId}-01`],
    ["a version that is no hex", `.0-${traceId}-${spanId}-01`],
    ["version 00 with more behind", `${sampled}-what-the-future-will-be-like`],
    ["version 00 with a dash behind", `${sampled}-`],
    ["a later version with more but no dash", `cc-${traceId}-${spanId}-01.what`],
    ["an all-zero trace id", `00-${"0".repeat(32)}-${spanId}-01`],
    ["an all-zero span id", `00-${traceId}-${"0".repeat(16)}-01`],
    ["upper-case digits", sampled.toUpperCase()],
    ["a trace id that is too short", `00-${traceId.slice(1)}-${spanId}-01`],
    ["a trace id that is too long", `00-${traceId}0-${spanId}-01`],
    ["a span id that is no hex", `00-${traceId}-.0f067aa0ba902b7-01`],
    ["flags of one digit", `00-${traceId}-${spanId}-1`],
    ["flags that are no hex", `00-${traceId}-${spanId}-0x`],
    ["a space in front", ` ${sampled}`],
    ["a line break behind", `${sampled}\n`],
    ["two headers joined", `${sampled},${sampled}`],
  ])("gives undefined for %s", (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it(`never throws and reads back what it wrote (seed ${seed})`, () => {
    const loose = fc.string({ unit: fc.constantFrom("0", "a", "f", "-", "g", "\n"), maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), loose), (text) => {
        const bytes = parseTraceparent(text);
        return bytes === undefined || isTraceContext(bytes);
      }),
      { seed },
    );
  });
});

describe("formatTraceparent", () => {
  it("writes what parseTraceparent read", () => {
    expect(formatTraceparent(parseTraceparent(sampled) ?? new Uint8Array())).toBe(sampled);
    expect(formatTraceparent(parseTraceparent(notSampled) ?? new Uint8Array())).toBe(notSampled);
  });

  it("gives undefined for none and for too few bytes", () => {
    expect(formatTraceparent(new Uint8Array(traceContextBytes))).toBeUndefined();
    expect(formatTraceparent(new Uint8Array(24).fill(1))).toBeUndefined();
    expect(formatTraceparent(new Uint8Array(30).fill(1), 6)).toBeUndefined();
  });

  it(`survives any context at any place of a column (seed ${seed})`, () => {
    const context = fc
      .uint8Array({ minLength: traceContextBytes, maxLength: traceContextBytes })
      .filter((bytes) => isTraceContext(bytes))
      .map((bytes) => bytes.with(24, (bytes[24] ?? 0) & 3));
    fc.assert(
      fc.property(fc.array(context, { minLength: 1, maxLength: 5 }), fc.nat(9), (contexts, shift) => {
        // A column inside a larger buffer, as it lies in a received frame.
        const whole = new Uint8Array(shift + contexts.length * traceContextBytes);
        const column = whole.subarray(shift);
        contexts.forEach((bytes, index) => column.set(bytes, index * traceContextBytes));
        contexts.forEach((bytes, index) => {
          const text = formatTraceparent(column, index * traceContextBytes);
          expect(parseTraceparent(text ?? "")).toEqual(bytes);
        });
      }),
      { seed },
    );
  });
});

describe("traceIdOf", () => {
  it("gives 32 hex digits, or an empty text for none", () => {
    expect(traceIdOf(parseTraceparent(sampled) ?? new Uint8Array())).toBe(traceId);
    expect(traceIdOf(new Uint8Array(traceContextBytes))).toBe("");
    expect(traceIdOf(new Uint8Array())).toBe("");
  });
});

describe("isTraceContext", () => {
  it("wants both ids and all 25 bytes", () => {
    const bytes = parseTraceparent(sampled) ?? new Uint8Array();
    expect(isTraceContext(bytes)).toBe(true);
    expect(isTraceContext(bytes.subarray(0, 24))).toBe(false);
    expect(isTraceContext(bytes.slice().fill(0, 0, 16))).toBe(false);
    expect(isTraceContext(bytes.slice().fill(0, 16, 24))).toBe(false);
    expect(isTraceContext(bytes, 1)).toBe(false);
  });
});
