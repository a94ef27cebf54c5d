import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOnePiece } from "../../src/base/rope.ts";
import { offsetsOf, Payloads } from "../../src/wire/payloads.ts";
import { testSeed } from "../support/seed.ts";

type Command =
  | { readonly kind: "append"; readonly items: readonly Uint8Array[] }
  | { readonly kind: "slice" | "settle"; readonly at: number; readonly count: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant("append" as const),
    items: fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constantFrom("slice" as const, "settle" as const),
    at: fc.nat(40),
    count: fc.integer({ min: 1, max: 12 }),
  }),
);

function texts(sizes: Uint32Array, payloads: Uint8Array): string[] {
  let at = 0;
  return [...sizes].map((size) => Buffer.from(payloads.subarray(at, (at += size))).toString("hex"));
}

describe("Payloads", () => {
  it("gives back any unsettled range and forgets what has settled, as a list of items would", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 50 }), (commands) => {
        const payloads = new Payloads();
        const items: { readonly text: string; readonly segment: number; settled: boolean }[] = [];
        let segments = 0;
        const held = (): number => {
          const alive = new Set(items.filter(({ settled }) => !settled).map(({ segment }) => segment));
          return items.reduce(
            (sum, { text, segment }) => sum + (alive.has(segment) ? text.length / 2 : 0),
            0,
          );
        };
        for (const step of commands) {
          if (step.kind === "append") {
            payloads.append(
              Uint32Array.from(step.items, ({ length }) => length),
              Buffer.concat(step.items),
            );
            segments++;
            for (const item of step.items)
              items.push({ text: Buffer.from(item).toString("hex"), segment: segments, settled: false });
          } else {
            const end = Math.min(items.length, step.at + step.count);
            const range = items.slice(step.at, end);
            if (range.length === 0 || range.some(({ settled }) => settled)) continue;
            if (step.kind === "slice") {
              const cut = payloads.slice(step.at, range.length);
              expect(texts(cut.sizes, inOnePiece(cut.payloads))).toEqual(range.map(({ text }) => text));
            } else {
              const before = payloads.bytes;
              for (const item of range) item.settled = true;
              expect(payloads.settle(step.at, range.length)).toBe(before - held());
            }
          }
          expect(payloads.count).toBe(items.length);
          expect(payloads.bytes).toBe(held());
        }
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });

  it("cuts a range out of one slice without copying it", () => {
    const payloads = new Payloads();
    const bytes = Buffer.from("abcdef");
    payloads.append(Uint32Array.of(1, 2, 3), bytes);
    expect(payloads.slice(0, 3).payloads).toBe(bytes);
    expect(inOnePiece(payloads.slice(1, 1).payloads).buffer).toBe(bytes.buffer);
  });

  it("holds that nobody asks for what has settled", () => {
    const payloads = new Payloads();
    payloads.append(Uint32Array.of(1), Buffer.from("a"));
    payloads.settle(0, 1);
    expect(() => payloads.slice(0, 1)).toThrow("item 0 of the batch is still held");
  });
});

describe("offsetsOf", () => {
  it("starts each item where the one before ends", () => {
    expect([...offsetsOf(Uint32Array.of(3, 0, 2))]).toEqual([0, 3, 3, 5]);
    expect([...offsetsOf(new Uint32Array(0))]).toEqual([0]);
  });
});
