import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IndexSet } from "../../src/base/index-set.ts";
import { testSeed } from "../support/seed.ts";

const range = fc.tuple(fc.nat(300), fc.nat(90)).map(([first, count]) => [first, first + count] as const);

describe("IndexSet", () => {
  it("agrees with a plain set on members and runs", () => {
    const runs = fc.record({ start: fc.nat(50), added: fc.array(range, { maxLength: 30 }), asked: range });
    fc.assert(
      fc.property(runs, ({ start, added, asked }) => {
        const set = new IndexSet(start);
        const plain = new Set(Array.from({ length: start }, (_, index) => index));
        for (const [first, end] of added) {
          set.add(first, end);
          for (let index = first; index < end; index++) plain.add(index);
          const [from, until] = asked;
          expect(set.nextAbsent(from, until)).toBe(find(from, until, (index) => !plain.has(index)));
          expect(set.nextPresent(from, until)).toBe(find(from, until, (index) => plain.has(index)));
          expect(set.has(from)).toBe(plain.has(from));
        }
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });

  it("needs no words while it fills in order", () => {
    const set = new IndexSet();
    for (let index = 0; index < 100_000; index += 10) set.add(index, index + 10);
    expect(set.wordBytes).toBe(0);
    expect(set.nextAbsent(0, Infinity)).toBe(100_000);
  });

  it("keeps a window, however many indices have passed through it", () => {
    const set = new IndexSet();
    for (let index = 0; index < 1_000_000; index += 100) {
      set.add(index + 50, index + 100);
      if (index >= 1_000) set.add(index - 1_000, index - 950);
    }
    expect(set.wordBytes).toBeLessThan(1_024);
  });

  it("counts beyond 32 bits", () => {
    const set = new IndexSet(2 ** 40);
    set.add(2 ** 40 + 100, 2 ** 40 + 200);
    expect(set.nextPresent(2 ** 40, Infinity)).toBe(2 ** 40 + 100);
    expect(set.nextAbsent(2 ** 40 + 150, Infinity)).toBe(2 ** 40 + 200);
  });

  it("gives up its words when the gap closes", () => {
    const set = new IndexSet();
    set.add(10, 20);
    expect(set.wordBytes).toBeGreaterThan(0);
    set.add(0, 10);
    expect(set.wordBytes).toBe(0);
    expect(set.nextAbsent(0, 100)).toBe(20);
  });
});

function find(from: number, until: number, is: (index: number) => boolean): number {
  for (let index = from; index < until; index++) if (is(index)) return index;
  return until;
}
