/**
 * Radix sort of arrays of numbers, in time proportional to their length. Of floats -0 comes before 0, and NaN, whatever
 * its sign, above infinity; every NaN comes back as the same one. Descending is the exact reverse of ascending.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 671088640, "memoryInitialBytes": 5242880 } */
import { newBlock } from "./lib/container";
import { argsort } from "./sort/argsort";
import { fromKeys, Kind, toKeys } from "./sort/keys";
import { sortRecords } from "./sort/radix";

/**
 * Sorts unsigned numbers of 32 bits.
 * @param values what to sort, up to 64 MiB
 * @param descending the largest first
 * @returns the same numbers in order
 */
export function sortU32(values: StaticArray<u32>, descending: bool): StaticArray<u32> {
  return sorted<u32, u32>(values, Kind.UNSIGNED, descending);
}

/**
 * Sorts whole numbers of 32 bits.
 * @param values what to sort, up to 64 MiB
 * @param descending the largest first
 * @returns the same numbers in order
 */
export function sortI32(values: StaticArray<i32>, descending: bool): StaticArray<i32> {
  return sorted<i32, u32>(values, Kind.SIGNED, descending);
}

/**
 * Sorts unsigned numbers of 64 bits.
 * @param values what to sort, up to 64 MiB
 * @param descending the largest first
 * @returns the same numbers in order
 */
export function sortU64(values: StaticArray<u64>, descending: bool): StaticArray<u64> {
  return sorted<u64, u64>(values, Kind.UNSIGNED, descending);
}

/**
 * Sorts whole numbers of 64 bits.
 * @param values what to sort, up to 64 MiB
 * @param descending the largest first
 * @returns the same numbers in order
 */
export function sortI64(values: StaticArray<i64>, descending: bool): StaticArray<i64> {
  return sorted<i64, u64>(values, Kind.SIGNED, descending);
}

/**
 * Sorts single-precision numbers: -0 before 0, and NaN above infinity.
 * @param values what to sort, up to 64 MiB
 * @param descending the largest first
 * @returns the same numbers in order
 */
export function sortF32(values: StaticArray<f32>, descending: bool): StaticArray<f32> {
  return sorted<f32, u32>(values, Kind.FLOAT, descending);
}

/**
 * Sorts doubles: -0 before 0, and NaN above infinity.
 * @param values what to sort, up to 64 MiB
 * @param descending the largest first
 * @returns the same numbers in order
 */
export function sortF64(values: StaticArray<f64>, descending: bool): StaticArray<f64> {
  return sorted<f64, u64>(values, Kind.FLOAT, descending);
}

/**
 * Finds the order of unsigned numbers of 32 bits.
 * @param values up to 64 MiB
 * @param descending the largest first
 * @returns indices, counted from 0, of the values in order; equal values in the order they came in
 */
export function argsortU32(values: StaticArray<u32>, descending: bool): StaticArray<u32> {
  return argsort<u32>(changetype<usize>(values), values.length, Kind.UNSIGNED, descending);
}

/**
 * Finds the order of whole numbers of 32 bits.
 * @param values up to 64 MiB
 * @param descending the largest first
 * @returns indices, counted from 0, of the values in order; equal values in the order they came in
 */
export function argsortI32(values: StaticArray<i32>, descending: bool): StaticArray<u32> {
  return argsort<u32>(changetype<usize>(values), values.length, Kind.SIGNED, descending);
}

/**
 * Finds the order of unsigned numbers of 64 bits.
 * @param values up to 64 MiB
 * @param descending the largest first
 * @returns indices, counted from 0, of the values in order; equal values in the order they came in
 */
export function argsortU64(values: StaticArray<u64>, descending: bool): StaticArray<u32> {
  return argsort<u64>(changetype<usize>(values), values.length, Kind.UNSIGNED, descending);
}

/**
 * Finds the order of whole numbers of 64 bits.
 * @param values up to 64 MiB
 * @param descending the largest first
 * @returns indices, counted from 0, of the values in order; equal values in the order they came in
 */
export function argsortI64(values: StaticArray<i64>, descending: bool): StaticArray<u32> {
  return argsort<u64>(changetype<usize>(values), values.length, Kind.SIGNED, descending);
}

/**
 * Finds the order of single-precision numbers: -0 before 0, and NaN above infinity.
 * @param values up to 64 MiB
 * @param descending the largest first
 * @returns indices, counted from 0, of the values in order; equal values in the order they came in
 */
export function argsortF32(values: StaticArray<f32>, descending: bool): StaticArray<u32> {
  return argsort<u32>(changetype<usize>(values), values.length, Kind.FLOAT, descending);
}

/**
 * Finds the order of doubles: -0 before 0, and NaN above infinity.
 * @param values up to 64 MiB
 * @param descending the largest first
 * @returns indices, counted from 0, of the values in order; equal values in the order they came in
 */
export function argsortF64(values: StaticArray<f64>, descending: bool): StaticArray<u32> {
  return argsort<u64>(changetype<usize>(values), values.length, Kind.FLOAT, descending);
}

/** Sorts elements of the type `T` by keys of the type `U`. */
function sorted<T, U>(values: StaticArray<T>, kind: i32, descending: bool): StaticArray<T> {
  const count = <usize>values.length;
  const other = newBlock<StaticArray<T>>(count * sizeof<T>());
  const from = changetype<usize>(values);
  toKeys<U>(from, count, kind, descending);
  const result = sortRecords<U, U>(from, changetype<usize>(other), count, 0);
  fromKeys<U>(result, count, kind, descending);
  return changetype<StaticArray<T>>(result);
}
