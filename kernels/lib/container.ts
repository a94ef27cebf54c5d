/** Containers as the generated entry makes and opens them: by the layout of AssemblyScript's objects, without a copy. */
import { OBJECT, TOTAL_OVERHEAD } from "rt/common";

/** Bytes of an object, by its header. */
// @ts-ignore: decorator
@inline
export function byteSize(object: usize): u32 {
  return changetype<OBJECT>(object - TOTAL_OVERHEAD).rtSize;
}

/** A new StaticArray, ArrayBuffer or string of so many bytes, not filled. */
// @ts-ignore: decorator
@inline
export function newBlock<T>(bytes: usize): T {
  return changetype<T>(__new(bytes, idof<T>()));
}

/** A new Array or typed array over so many bytes, not filled. */
export function newView<T>(bytes: usize, length: i32): T {
  return viewOver<T>(__new(bytes, idof<ArrayBuffer>()), bytes, length);
}

/** An Array or typed array over a buffer. */
export function viewOver<T>(buffer: usize, bytes: usize, length: i32): T {
  const view = __new(16, idof<T>());
  store<usize>(view, buffer, 0);
  store<usize>(view, buffer, 4);
  store<usize>(view, bytes, 8);
  store<i32>(view, length, 12);
  return changetype<T>(view);
}

/** A StaticArray or ArrayBuffer, copied from the payload. */
export function copiedBlock<T>(from: usize, size: u32): T {
  const block = newBlock<T>(size);
  memory.copy(changetype<usize>(block), from, size);
  return block;
}

/** An Array or typed array, copied from the payload. */
export function copiedView<T>(from: usize, size: u32, length: i32): T {
  const view = newView<T>(size, length);
  memory.copy(viewData(changetype<usize>(view)), from, size);
  return view;
}

/** Address of the elements of an Array or a typed array. */
// @ts-ignore: decorator
@inline
export function viewData(view: usize): usize {
  return load<usize>(view, 4);
}
