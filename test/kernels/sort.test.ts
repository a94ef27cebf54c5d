import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../../src/kernel/admission.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

type Sortable = Uint32Array | Int32Array | BigUint64Array | BigInt64Array | Float32Array | Float64Array;

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("sort");
}, 60_000);

/** A type of element: its name, and how to make an array of it from bytes. */
interface Kind {
  readonly name: string;
  of(bytes: Uint8Array): Sortable;
}

const doubles: Kind = {
  name: "F64",
  of: (bytes) => new Float64Array(bytes.slice(0, bytes.length & ~7).buffer),
};
const kinds: readonly Kind[] = [
  { name: "U32", of: (bytes) => new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer) },
  { name: "I32", of: (bytes) => new Int32Array(bytes.slice(0, bytes.length & ~3).buffer) },
  { name: "U64", of: (bytes) => new BigUint64Array(bytes.slice(0, bytes.length & ~7).buffer) },
  { name: "I64", of: (bytes) => new BigInt64Array(bytes.slice(0, bytes.length & ~7).buffer) },
  { name: "F32", of: (bytes) => new Float32Array(bytes.slice(0, bytes.length & ~3).buffer) },
  doubles,
];
const kindRows = kinds.map((kind) => [kind.name, kind] as const);

function sort({ name }: Kind, values: Sortable, descending = false): Sortable {
  return kernel.call(`sort${name}`, { values, descending }) as Sortable; // by the kernel's descriptor
}

function argsort({ name }: Kind, values: Sortable, descending = false): Uint32Array {
  return kernel.call(`argsort${name}`, { values, descending }) as Uint32Array; // as above
}

/** Compares with what the engine's own sort gives, -0 and NaN told apart. */
function expectSorted(kind: Kind, values: Sortable): void {
  const wanted = values.slice().sort();
  expect(sort(kind, values)).toEqual(wanted);
  expect(sort(kind, values, true)).toEqual(wanted.slice().reverse());
}

/** The order of the engine's own stable sort, by the places that its sort of the values gives them. */
function expectOrder(kind: Kind, values: Sortable): void {
  const order = argsort(kind, values);
  const at = (index: number): number | bigint | undefined => values[index];
  const sorted: Iterable<number | bigint> = values.slice().sort();
  expect(Array.from(order, at)).toEqual([...sorted]);
  for (const [i, index] of order.entries()) {
    const next = order[i + 1];
    if (next !== undefined && Object.is(at(index), at(next))) expect(index).toBeLessThan(next);
  }
  const places = Array.from(order).map((index) => at(index));
  const reversed = argsort(kind, values, true);
  expect(Array.from(reversed, at)).toEqual(places.reverse());
  for (const [i, index] of reversed.entries()) {
    const next = reversed[i + 1];
    if (next !== undefined && Object.is(at(index), at(next))) expect(index).toBeLessThan(next);
  }
}

/** Bytes that look random and are the same in every run. */
function bytesOf(count: number, seed: number, mask = 0xff): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) & mask;
  });
}

describe.each(kindRows)("sort%s", (_, kind) => {
  it("sorts any bytes as the engine does", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 900 }), (bytes) =>
      expectSorted(kind, kind.of(bytes)),
    );
    fc.assert(property, { seed: testSeed, numRuns: 150 });
  });

  it.each([0, 1, 2, 3, 4, 5, 39, 40, 41, 255, 4097, 100_003])("sorts %i elements", (count) => {
    expectSorted(kind, kind.of(bytesOf(count * 8, count + 1)));
  });

  it("sorts what has few values, is in order, or against it", () => {
    const few = kind.of(bytesOf(8000, 3, 0x81));
    expectSorted(kind, few);
    expectSorted(kind, few.slice().sort());
    expectSorted(kind, few.slice().sort().reverse());
    expectSorted(kind, few.slice().fill((few[0] ?? 0) as never)); // an element of the array itself
  });
});

describe.each(kindRows)("argsort%s", (_, kind) => {
  it("gives the order of any bytes, of equal ones the order they came in", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 900 }), (bytes) =>
      expectOrder(kind, kind.of(bytes.map((byte) => byte & 0xc1))),
    );
    fc.assert(property, { seed: testSeed, numRuns: 100 });
  });

  it.each([0, 1, 40, 41, 20_001])("gives the order of %i elements", (count) => {
    expectOrder(kind, kind.of(bytesOf(count * 8, count + 1, 0xc7)));
  });
});

describe("sortF64", () => {
  it("puts -0 before 0, and every NaN above infinity as one and the same", () => {
    const bits = BigUint64Array.of(
      0xfff8_0000_0000_0001n, // a NaN as x86 makes it, with a payload
      0x7ff0_0000_0000_0000n,
      0x7ff4_0000_0000_0000n, // a signalling one
      0x0000_0000_0000_0000n,
      0x8000_0000_0000_0000n,
      0xfff0_0000_0000_0000n,
      0x0000_0000_0000_0001n,
      0x8000_0000_0000_0001n,
    );
    const sorted = sort(doubles, new Float64Array(bits.buffer));
    expect([...sorted]).toEqual([-Infinity, -5e-324, -0, 0, 5e-324, Infinity, NaN, NaN]);
    const after = new BigUint64Array(sorted.buffer, sorted.byteOffset, sorted.length);
    expect([after[6], after[7]]).toEqual([0x7ff8_0000_0000_0000n, 0x7ff8_0000_0000_0000n]);
  });
});

describe("sort", () => {
  it("is deterministic and has a comment on every function", () => {
    expect(admitModule(kernel.wasm).deterministic).toBe(true);
    for (const { comment } of kernel.schema.functions) expect(comment.length).toBeGreaterThan(20);
  });

  it("sorts an array that was left out, which is empty", () => {
    expect(kernel.call("sortI64", {})).toEqual(new BigInt64Array());
  });
});
