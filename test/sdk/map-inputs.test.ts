import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MapInputs } from "../../src/sdk/map-inputs.ts";
import { testSeed } from "../support/seed.ts";

/** The simplest thing that does the same: one object per item. */
class ModelInputs {
  readonly items: { readonly payload: string; settled: boolean }[] = [];
  /** Index of each item of the present submission, by number. */
  numbers: number[] = [];

  append(payloads: readonly string[]): void {
    for (const payload of payloads) {
      this.numbers.push(this.items.length);
      this.items.push({ payload, settled: false });
    }
  }

  skip(): number {
    return this.items.push({ payload: "", settled: true }) - 1;
  }

  settle(number: number, count: number): { index: number; number: number }[] {
    const newly: { index: number; number: number }[] = [];
    for (let at = number; at < number + count; at++) {
      const index = this.numbers[at];
      const item = index === undefined ? undefined : this.items[index];
      if (index === undefined || item === undefined || item.settled) continue;
      item.settled = true;
      newly.push({ index, number: at });
    }
    return newly;
  }

  restart(): string[] {
    this.numbers = this.items.flatMap((item, index) => (item.settled ? [] : [index]));
    return this.numbers.map((index) => this.items[index]?.payload ?? "");
  }
}

type Command =
  | { readonly kind: "append"; readonly payloads: readonly string[] }
  | { readonly kind: "skip" | "restart" }
  | { readonly kind: "settle"; readonly at: number; readonly count: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      payloads: fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "skip" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("settle" as const), at: fc.nat(40), count: fc.nat(12) }),
  },
);

function columns(payloads: readonly string[]): { sizes: Uint32Array; payloads: Uint8Array } {
  const parts = payloads.map((payload) => Buffer.from(payload));
  return { sizes: Uint32Array.from(parts, (part) => part.length), payloads: Buffer.concat(parts) };
}

/** The items of some columns as texts. */
function items(range: { readonly sizes: Uint32Array; readonly payloads: Uint8Array }): string[] {
  let at = 0;
  return [...range.sizes].map((size) => Buffer.from(range.payloads.subarray(at, (at += size))).toString());
}

describe("MapInputs", () => {
  it("numbers, settles and restarts as a list of single items would", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const inputs = new MapInputs();
        const model = new ModelInputs();
        for (const step of commands) {
          if (step.kind === "append") {
            const { sizes, payloads } = columns(step.payloads);
            inputs.append(sizes, payloads);
            model.append(step.payloads);
          } else if (step.kind === "skip") {
            expect(inputs.skip()).toBe(model.skip());
          } else if (step.kind === "settle") {
            const runs = inputs.settle(step.at, step.count);
            const settled = runs.flatMap(({ first, count, at }) =>
              Array.from({ length: count }, (_, index) => ({ index: first + index, number: at + index })),
            );
            expect(settled).toEqual(model.settle(step.at, step.count));
          } else {
            const ranges = inputs.restart();
            expect(ranges.flatMap(items)).toEqual(model.restart());
            const indices = ranges.flatMap(({ first, count }) =>
              Array.from({ length: count }, (_, at) => first + at),
            );
            expect(indices).toEqual(model.numbers);
          }
          expect(inputs.taken).toBe(model.items.length);
          expect(inputs.nextNumber).toBe(model.numbers.length);
          expect(inputs.unsettled).toBe(model.items.filter(({ settled }) => !settled).length);
          if (inputs.unsettled === 0) expect(inputs.bytes).toBe(0);
        }
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });

  it("lets go of a slice when its last item has settled", () => {
    const inputs = new MapInputs();
    const first = columns(["aa", "bb"]);
    const second = columns(["cccc"]);
    inputs.append(first.sizes, first.payloads);
    inputs.append(second.sizes, second.payloads);
    expect(inputs.bytes).toBe(8);
    inputs.settle(0, 1);
    expect(inputs.bytes).toBe(8);
    inputs.settle(1, 1);
    expect(inputs.bytes).toBe(4);
  });

  // A gateway that told an item twice made the consumer see it twice, and one that told of items that were never sent
  // made results without end.
  it("settles nothing twice and nothing that was not sent", () => {
    const inputs = new MapInputs();
    const { sizes, payloads } = columns(["a", "b", "c"]);
    inputs.append(sizes, payloads);
    expect(inputs.settle(1, 1)).toEqual([{ first: 1, count: 1, at: 1 }]);
    expect(inputs.settle(0, 2 ** 53 - 1)).toEqual([
      { first: 0, count: 1, at: 0 },
      { first: 2, count: 1, at: 2 },
    ]);
    expect(inputs.settle(0, 3)).toEqual([]);
    expect(inputs.unsettled).toBe(0);
  });

  // Every refused input of a map that collects errors left an entry that was looked at with each result.
  it("keeps nothing of refused inputs when those around them have settled", () => {
    const inputs = new MapInputs();
    const { sizes, payloads } = columns(["a"]);
    const count = 100_000;
    for (let number = 0; number < count; number++) {
      inputs.append(sizes, payloads);
      inputs.skip();
      const [run, ...others] = inputs.settle(number, 1);
      if (run?.first !== number * 2 || others.length > 0)
        throw new Error(`item ${number} is not where it was put`);
    }
    expect(inputs.taken).toBe(2 * count);
  });
});
