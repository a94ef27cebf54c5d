import { randomBytes, randomDoubles, type KernelCase, type Value } from "./case.ts";

/** 100,000 numbers: whole ones of any bits, others of ordinary size. */
export function sortCases(): readonly KernelCase[] {
  const { buffer } = randomBytes(800_000, 1);
  const short = buffer.slice(0, 400_000);
  const inputs: Readonly<Record<string, Value>> = {
    U32: new Uint32Array(short),
    I32: new Int32Array(short),
    F32: Float32Array.from(randomDoubles(100_000, 2)),
    U64: new BigUint64Array(buffer),
    I64: new BigInt64Array(buffer),
    F64: randomDoubles(100_000, 3),
  };
  const kinds = Object.entries(inputs);
  return [
    ...kinds.map(([kind, values]) => sortCase(`sort${kind}`, values)),
    ...kinds.map(([kind, values]) => sortCase(`argsort${kind}`, values)),
  ];
}

function sortCase(name: string, values: Value): KernelCase {
  const descending = name === "sortI32" || name === "argsortF64";
  return {
    kernel: "sort",
    function: name,
    input: "100,000 numbers",
    request: { values, descending },
    arguments: [values, descending],
    tolerance: 0,
  };
}
