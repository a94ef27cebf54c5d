/** Values as C gets and gives them, and how they are compared with the kernel's. */
import type { KernelCase, Value } from "./case.ts";

/** A value as bytes. */
export function bytesOf(value: Value): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (typeof value === "bigint") return new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, value)).buffer);
  if (typeof value === "object") return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(Float64Array.of(Number(value)).buffer);
}

/** Throws unless the outputs in C are what the kernel gave. */
export function compareOutputs(
  one: KernelCase,
  value: unknown,
  outputs: readonly Uint8Array[],
  tolerance: number,
): void {
  const name = `${one.kernel}/${one.function}`;
  const expected = one.outputs?.(value) ?? valuesOf(value);
  if (expected.length !== outputs.length) {
    throw new Error(`${name}: C gives ${outputs.length} outputs, the kernel ${expected.length}`);
  }
  for (const [index, own] of expected.entries()) {
    const bytes = outputs[index] ?? new Uint8Array(0);
    const said = differenceOf(own, bytes, tolerance);
    if (said !== undefined) throw new Error(`${name}: output ${index} in C is not the kernel's: ${said}`);
  }
}

/** The fields of a result, in order. */
function valuesOf(value: unknown): readonly Value[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [value as Value];
  return Object.values(value).flatMap(valuesOf);
}

function differenceOf(own: Value, bytes: Uint8Array, tolerance: number): string | undefined {
  const expected = bytesOf(own);
  if (expected.length !== bytes.length) return `${bytes.length} bytes instead of ${expected.length}`;
  if (tolerance === 0 || typeof own === "string" || typeof own === "bigint") {
    if (Buffer.compare(expected, bytes) === 0) return undefined;
    const at = expected.findIndex((byte, index) => byte !== bytes[index]);
    return `byte ${at} is ${bytes[at]} instead of ${expected[at]}`;
  }
  const numbers = numbersOf(own, expected);
  const others = numbersOf(own, bytes);
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1);
  const at = numbers.findIndex(
    (number, index) => !near(number, others[index] ?? Number.NaN, tolerance * largest),
  );
  return at < 0 ? undefined : `element ${at} is ${others[at]} instead of ${numbers[at]}`;
}

function near(a: number, b: number, distance: number): boolean {
  return a === b || Math.abs(a - b) <= distance;
}

/** Bytes as the numbers of a value's type. */
function numbersOf(like: Value, bytes: Uint8Array): readonly number[] {
  const { buffer } = bytes.slice();
  if (like instanceof Float32Array) return [...new Float32Array(buffer)];
  if (like instanceof Int32Array) return [...new Int32Array(buffer)];
  if (like instanceof Uint32Array) return [...new Uint32Array(buffer)];
  if (like instanceof BigUint64Array) return [...new BigUint64Array(buffer)].map(Number);
  if (like instanceof Uint8Array) return [...bytes];
  return [...new Float64Array(buffer)];
}
