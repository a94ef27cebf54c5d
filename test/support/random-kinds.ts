/** Random typed modules and WASI commands: what they do to bytes differs, and how they end. */
import { kernelBytes, assemble } from "./wasm-module.ts";
import type { Dice } from "./dice.ts";

/** A typed module `probe` whose function `echo` changes each byte behind the first two of its request. */
export function randomTypedModule(dice: Dice): Uint8Array {
  const { pages, more } = oddities(dice);
  const wat = `(module (memory (export "memory") ${pages}) ${more}
    (global $top (mut i32) (i32.const 4096))
    (func (export "heddle_alloc") (param $size i32) (result i32) (local $at i32)
      (local.set $at (global.get $top))
      (global.set $top (i32.add (local.get $at) (local.get $size)))
      (local.get $at))
    (func (export "echo") (param $at i32) (param $size i32) (result i32) (local $i i32)
      (local.set $i (i32.const 2))
      (block $done (loop $more
        (br_if $done (i32.ge_u (local.get $i) (local.get $size)))
        (i32.store8 (i32.add (local.get $at) (local.get $i)) ${byteOf(dice, 4)})
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $more)))
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
      ${dice.chance(0.2) ? "(if (i32.gt_u (i32.load8_u (i32.add (local.get $at) (i32.const 2))) (i32.const 128)) (then (unreachable)))" : ""}
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $size))
      (i32.mul (i32.const 65536) (i32.sub (i32.load (i32.const 8)) (i32.const 1)))))`;
  return kernelBytes({ wat, functions: ["echo"] });
}

/** A WASI command that changes each byte of its stdin, writes it to one of its streams, and ends somehow. */
export function randomCommand(dice: Dice): Uint8Array {
  const { pages, more } = oddities(dice);
  const ending = dice.of([
    "",
    "",
    `(call $exit (i32.const ${dice.below(300)}))`,
    "(unreachable)",
    "(return)",
  ]);
  return assemble(`(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") ${pages}) ${more}
    (func (export "_start") (local $i i32) (local $at i32) (local $size i32)
      (local.set $at (i32.const 256))
      (block $end (loop $again
        (i32.store (i32.const 16) (local.get $at)) (i32.store (i32.const 20) (i32.const ${1 + dice.below(64)}))
        (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
        (local.set $size (i32.load (i32.const 24)))
        (br_if $end (i32.eqz (local.get $size)))
        (local.set $i (i32.const 0))
        (block $done (loop $more
          (br_if $done (i32.ge_u (local.get $i) (local.get $size)))
          (i32.store8 (i32.add (local.get $at) (local.get $i)) ${byteOf(dice, 4)})
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $more)))
        (i32.store (i32.const 16) (local.get $at)) (i32.store (i32.const 20) (local.get $size))
        (drop (call $write (i32.const ${1 + dice.below(2)}) (i32.const 16) (i32.const 1) (i32.const 24)))
        (br $again)))
      ${ending}))`);
}

/** What a module may have without any use. */
function oddities(dice: Dice): { readonly pages: string; readonly more: string } {
  const pages = dice.of(["1", "2", "1 3", "1 1000"]);
  const more = [
    `(data (i32.const 100) "${"\\00\\ff".repeat(dice.below(4))}")`,
    "(table 3 funcref) (elem declare func $spare)",
    `(global (export "version") i64 (i64.const ${dice.below(1000)}))`,
    "(func $begin (i32.store (i32.const 60) (i32.const 9))) (start $begin)",
    `(func (export "_extra") (param v128) (result v128) (local.get 0))`,
    "(global (mut v128) (v128.const i32x4 1 2 3 4))",
    "(tag $t (param i32))",
  ].filter(() => dice.chance(0.3));
  return { pages, more: `(func $spare) ${more.join("\n")}` };
}

/** Text of an expression for the new value of byte `$i`. */
function byteOf(dice: Dice, depth: number): string {
  if (depth === 0 || dice.chance(0.2)) {
    return dice.of([
      "(i32.load8_u (i32.add (local.get $at) (local.get $i)))",
      "(local.get $i)",
      "(local.get $size)",
      `(i32.const ${dice.below(256)})`,
    ]);
  }
  const operator = dice.of(["add", "sub", "mul", "xor", "or", "and", "rotl"]);
  return `(i32.${operator} ${byteOf(dice, depth - 1)} ${byteOf(dice, depth - 1)})`;
}
