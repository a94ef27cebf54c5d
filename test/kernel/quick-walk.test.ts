import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BinaryReader } from "../../src/kernel/binary-reader.ts";
import { skipExpression, type Walk } from "../../src/kernel/instructions.ts";
import { quickWalk } from "../../src/kernel/quick-walk.ts";

type Seen = readonly [at: number, opcode: number];

const notable = new Set([0x22, 0x26, 0x39, 0x44]);
const quick = quickWalk((opcode) => notable.has(opcode));

/** What a walk shows, and where it ends, or what it throws. */
function outcome(walk: Walk, bytes: Uint8Array): { seen: Seen[]; end: number; error: string } {
  const reader = new BinaryReader(bytes);
  const seen: Seen[] = [];
  try {
    walk(reader, (opcode, at) => seen.push([at, opcode]));
  } catch (error) {
    return { seen, end: -1, error: String(error) };
  }
  return { seen, end: reader.at, error: "" };
}

/** Those that have to be seen. */
function needed(seen: readonly Seen[]): Seen[] {
  const isNeeded = (opcode = 0): boolean => notable.has(opcode) || opcode > 0xff;
  return seen.filter(([, opcode], index) => isNeeded(opcode) || isNeeded(seen[index - 1]?.[1]));
}

function compare(bytes: Uint8Array): void {
  const all = outcome(skipExpression, bytes);
  const some = outcome(quick, bytes);
  expect([some.end, some.error]).toEqual([all.end, all.error]);
  const places = new Map(all.seen);
  expect(some.seen.every(([at, opcode]) => places.get(at) === opcode)).toBe(true);
  expect(some.seen).toEqual(expect.arrayContaining(needed(all.seen)));
}

const number = fc
  .tuple(fc.array(fc.integer({ min: 0x80, max: 0xff }), { maxLength: 11 }), fc.integer({ min: 0, max: 0x7f }))
  .map(([front, last]) => [...front, last]);
const opcode = fc.integer({ min: 0, max: 0xff });
/** Instructions as they mostly are, and some that are none. */
const instruction = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom([0x6a], [0x0b], [0x1a], [0x02, 0x40], [0x03, 0x63, 0x70], [0x05]) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(0x20, 0x21, 0x22, 0x26, 0x41, 0x42), number)
      .map(([first, rest]) => [first, ...rest]),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(0x28, 0x36, 0x39), fc.constantFrom([2], [0x42, 1], [0x80, 0]), number)
      .map(([first, alignment, offset]) => [first, ...alignment, ...offset]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
      [0x0e, 1, 0, 0],
      [0xfd, 0x0b, 4, 0],
      [0xfc, 9, 0],
    ),
  },
  { weight: 1, arbitrary: opcode.map((byte) => [byte]) },
);

describe("quickWalk", () => {
  it("ends and refuses as the careful walk does, and shows all it has to", () => {
    fc.assert(
      fc.property(
        fc.array(instruction, { maxLength: 40 }),
        fc.integer({ min: 0, max: 30 }),
        (code, after) => {
          compare(Uint8Array.from([...code.flat(), 0x0b, ...Array<number>(after).fill(0x0b)]));
          compare(Uint8Array.from(code.flat()));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("does not stop at any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), compare), { numRuns: 2000 });
  });

  it("shows what follows each of two that are notable", () => {
    const tail = Array<number>(20).fill(0x01);
    const bytes = Uint8Array.from([0x01, 0x22, 0, 0x22, 0, 0x1a, 0x6a, ...tail, 0x0b]);
    const { seen } = outcome(quick, bytes);
    expect(seen.slice(0, 3)).toEqual([
      [1, 0x22],
      [3, 0x22],
      [5, 0x1a],
    ]);
    expect(seen.some(([at]) => at === 6)).toBe(false);
  });
});
