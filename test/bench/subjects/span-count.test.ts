import { describe, expect, it } from "vitest";
import { countSpans } from "../../../bench/subjects/span-count.ts";

/** A field that is a message. */
function field(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of((number << 3) | 2, (body.length & 0x7f) | 0x80, body.length >> 7), body]);
}

const span = field(2, Buffer.alloc(300));
const scope = field(1, Buffer.from("scope"));
const others = Buffer.of(0x18, 0x85, 0x01, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8);

describe("countSpans", () => {
  it.each([
    ["nothing", new Uint8Array(0), 0],
    ["no span", field(1, scope, field(2, scope)), 0],
    ["a span", field(1, scope, field(2, scope, span)), 1],
    ["spans of two scopes", field(1, field(2, span, span), field(2, span)), 3],
    ["spans of two resources", Buffer.concat([field(1, field(2, span)), field(1, field(2, span))]), 2],
    ["spans between other fields", field(1, others, field(2, others, span, others, span)), 2],
  ])("of %s", (_, body, count) => {
    expect(countSpans(body)).toBe(count);
  });

  it.each([
    ["ends in a number", Buffer.of(0x0a, 0x80)],
    ["ends in a field", Buffer.of(0x0a, 5, 1)],
    ["is none", Buffer.of(0x0f, 1)],
  ])("throws for a body that %s", (_, body) => {
    expect(() => countSpans(body)).toThrow(RangeError);
  });
});
