/** The order of an array without moving its elements: their indices, sorted by the keys they stand at. */
import { newBlock } from "../lib/container";
import { toKeys } from "./keys";
import { sortRecords } from "./radix";

/** Indices in the order of `count` elements of the type `U`, u32 or u64, at `values`, which become keys. */
export function argsort<U>(values: usize, count: usize, kind: i32, descending: bool): StaticArray<u32> {
  toKeys<U>(values, count, kind, descending);
  const result = newBlock<StaticArray<u32>>(count << 2);
  const width: usize = 2 * sizeof<U>();
  const records = __alloc(count * width);
  const other = __alloc(count * width);
  if (sizeof<U>() == 4) {
    for (let i: usize = 0; i < count; i++) {
      store<u64>(records + (i << 3), ((<u64>load<u32>(values + (i << 2))) << 32) | (<u64>i));
    }
    indicesOf(sortRecords<u64, u32>(records, other, count, 4), count, 8, changetype<usize>(result));
  } else {
    for (let i: usize = 0; i < count; i++) {
      store<u64>(records + (i << 4), load<u64>(values + (i << 3)));
      store<u64>(records + (i << 4), i, 8);
    }
    indicesOf(sortRecords<v128, u64>(records, other, count, 0) + 8, count, 16, changetype<usize>(result));
  }
  return result;
}

function indicesOf(at: usize, count: usize, stride: usize, to: usize): void {
  for (const end = to + (count << 2); to < end; to += 4) {
    store<u32>(to, load<u32>(at));
    at += stride;
  }
}
