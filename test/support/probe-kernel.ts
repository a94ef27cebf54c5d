import { kernelBytes } from "./wasm-module.ts";

/** Functions of the probe kernel. */
export const probeFunctions = [
  "echo",
  "count",
  "trap",
  "divide",
  "outside",
  "recurse",
  "spin",
  "spinIf",
  "work",
  "bomb",
  "fillForever",
  "badHeader",
  "badRange",
  "fill",
  "failWith",
  "failAndGoOn",
  "logAndTrap",
  "grow",
  "logBytes",
] as const;

/**
 * A kernel with one function for each way a call can go. Requests are plain bytes, not protobuf: nothing between the
 * test and the module reads them. Allocation is a bump of a global; the result's header lies at address 0.
 */
export const probeWat = `(module
  (import "heddle" "fail" (func $fail (param i32 i32 i32)))
  (import "heddle" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 64)
  (global $top (mut i32) (i32.const 64))
  (global $calls (mut i32) (i32.const 0))
  (data (i32.const 16) "no luck today")
  (func $reserve (export "heddle_alloc") (param $size i32) (result i32)
    (local $at i32) (local $short i32)
    (local.set $at (global.get $top))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.set $short (i32.sub (global.get $top) (i32.shl (memory.size) (i32.const 16))))
    (if (i32.gt_s (local.get $short) (i32.const 0))
      (then
        (if (i32.lt_s (memory.grow (i32.shr_u (i32.add (local.get $short) (i32.const 65535)) (i32.const 16))) (i32.const 0))
          (then (call $fail (i32.const 0x208) (i32.const 16) (i32.const 0))))))
    (local.get $at))
  (func $give (param $at i32) (param $size i32) (result i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $size))
    (i32.const 0))
  (func (export "echo") (param $at i32) (param $size i32) (result i32)
    (call $give (local.get $at) (local.get $size)))
  ;; Counts its calls in a global and in memory, and returns both counts: always 1 and 1 with fresh state.
  (func (export "count") (param $at i32) (param $size i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (i32.const 40) (i32.add (i32.load (i32.const 40)) (i32.const 1)))
    (i32.store (i32.const 44) (global.get $calls))
    (call $give (i32.const 40) (i32.const 8)))
  (func $inner (unreachable))
  (func $trap (export "trap") (param i32 i32) (result i32) (call $inner) (i32.const 0))
  (func $divide (export "divide") (param i32 i32) (result i32) (i32.div_s (i32.const 1) (i32.const 0)))
  (func $outside (export "outside") (param i32 i32) (result i32) (i32.load (i32.const -8)))
  (func $recurse (export "recurse") (param $a i32) (param $b i32) (result i32)
    (i32.add (call $recurse (local.get $b) (local.get $a)) (i32.const 1)))
  (func $spin (export "spin") (param i32 i32) (result i32) (loop $again (br $again)) (unreachable))
  ;; Spins for ever when the first byte of the request is not zero, else echoes.
  (func (export "spinIf") (param $at i32) (param $size i32) (result i32)
    (if (i32.load8_u (local.get $at)) (then (loop $again (br $again))))
    (call $give (local.get $at) (local.get $size)))
  ;; Counts down from the first four bytes of the request times 1024.
  (func (export "work") (param $at i32) (param $size i32) (result i32)
    (local $left i32)
    (local.set $left (i32.shl (i32.load (local.get $at)) (i32.const 10)))
    (block $done (loop $again
      (br_if $done (i32.eqz (local.get $left)))
      (i32.store (i32.const 56) (local.get $left))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br $again)))
    (call $give (local.get $at) (local.get $size)))
  (func (export "bomb") (param i32 i32) (result i32)
    (loop $again (br_if $again (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
    (unreachable))
  ;; Few bytes of code and much time in each round of the loop. 
  (func (export "fillForever") (param i32 i32) (result i32)
    (drop (memory.grow (i32.const 63)))
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 4194304)) (br $again))
    (unreachable))
  (func (export "badHeader") (param i32 i32) (result i32) (i32.const -4))
  (func (export "badRange") (param i32 i32) (result i32) (call $give (i32.const 65530) (i32.const 100)))
  ;; Gives as many bytes as the request's first four bytes say, growing memory as needed.
  (func (export "fill") (param $at i32) (param $size i32) (result i32)
    (local $count i32) (local $to i32)
    (local.set $count (i32.load (local.get $at)))
    (local.set $to (call $reserve (local.get $count)))
    (memory.fill (local.get $to) (i32.const 7) (local.get $count))
    (call $give (local.get $to) (local.get $count)))
  ;; Fails with the code in the first four bytes of the request.
  (func (export "failWith") (param $at i32) (param $size i32) (result i32)
    (call $fail (i32.load (local.get $at)) (i32.const 16) (i32.const 13))
    (unreachable))
  (func (export "failAndGoOn") (param $at i32) (param $size i32) (result i32)
    (try (do (call $fail (i32.const 9) (i32.const 16) (i32.const 13))) (catch_all))
    (call $give (local.get $at) (local.get $size)))
  (func $logAndTrap (export "logAndTrap") (param i32 i32) (result i32)
    (call $log (i32.const 3) (i32.const 16) (i32.const 13))
    (unreachable))
  ;; Grows memory by a page, writes there, and returns the size in pages.
  (func (export "grow") (param $at i32) (param $size i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (i32.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4)) (i32.const -1))
    (i32.store (i32.const 40) (memory.size))
    (call $give (i32.const 40) (i32.const 4)))
  ;; Logs what follows the first eight bytes of the request, as often as the first four say; spins when byte 4 is not 0.
  (func (export "logBytes") (param $at i32) (param $size i32) (result i32)
    (local $left i32)
    (local.set $left (i32.load (local.get $at)))
    (block $done (loop $again
      (br_if $done (i32.eqz (local.get $left)))
      (call $log (i32.const 1) (i32.add (local.get $at) (i32.const 8)) (i32.sub (local.get $size) (i32.const 8)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br $again)))
    (if (i32.load8_u offset=4 (local.get $at)) (then (loop $again (br $again))))
    (call $give (local.get $at) (i32.const 8)))
)`;

/** The probe kernel as it would be uploaded. */
export function probeBytes(manifest: Readonly<Record<string, unknown>> = {}): Uint8Array {
  return kernelBytes({ wat: probeWat, functions: probeFunctions, manifest });
}
