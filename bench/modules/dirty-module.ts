/**
 * Modules whose state a call dirties as a whole: each byte of memory and a global. `dirty(value)` gives its argument
 * back when it found fresh state, and something else when it did not. `dirtySlowly` does the same so many times over.
 */
import { assembleText } from "../../src/compiler/assemble-text.ts";

/** What the module's memory begins with. */
export type DirtyImage =
  /** Zeros, but for a few words: what compilers leave. */
  | "sparse"
  /** No zero at all, so that all of it has to be copied back. */
  | "full";

const pageBytes = 65_536;

/** Makes a raw module with so many pages of memory. Modules of different tags have different digests. */
export function dirtyModule(pages: number, image: DirtyImage, tag = 0): Uint8Array {
  const size = pages * pageBytes;
  const text = `what ${pages} pages of memory begin with, ${String(tag).padStart(6, "0")}`;
  const bytes = image === "full" ? text + "x".repeat(size - text.length) : text;
  const last = image === "full" ? 0x78787878 : 0;
  return assembleText(
    `(module
      (memory (export "memory") ${pages})
      (global $seen (mut i32) (i32.const 0))
      (data (i32.const 0) "${bytes}")
      (func (export "dirtySlowly") (param $value i32) (param $times i32) (result i32)
        (local $result i32)
        (local.set $result (call $dirty (local.get $value)))
        (loop $again
          (memory.fill (i32.const 0) (local.get $value) (i32.const ${size}))
          (br_if $again (i32.gt_s (local.tee $times (i32.sub (local.get $times) (i32.const 1))) (i32.const 0))))
        (local.get $result))
      (func $dirty (export "dirty") (param $value i32) (result i32)
        (local $stale i32)
        (local.set $stale (i32.or
          (i32.or (global.get $seen) (i32.ne (i32.load (i32.const 0)) (i32.const 0x74616877)))
          (i32.ne (i32.load (i32.const ${size - 4})) (i32.const ${last}))))
        (global.set $seen (i32.const 1))
        (memory.fill (i32.const 0) (local.get $value) (i32.const ${size}))
        (i32.add (local.get $value) (i32.shl (local.get $stale) (i32.const 8)))))`,
    "dirty.wat",
  );
}
