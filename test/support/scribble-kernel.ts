import { createHash } from "node:crypto";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { inspectModule, type Admission } from "../../src/kernel/admission.ts";
import type { ResetStep } from "../../src/kernel/reset.ts";
import { kernelBytes } from "./wasm-module.ts";

/** What a scribbling kernel can be told to do. */
export type Scribble =
  | { readonly kind: "memory"; readonly at: number; readonly value: number }
  | { readonly kind: "global"; readonly which: number; readonly value: number }
  | { readonly kind: "table"; readonly at: number; readonly which: number }
  | { readonly kind: "grow"; readonly pages: number }
  | { readonly kind: "growTable"; readonly by: number }
  | { readonly kind: "dropSegment" };

const opcodes = { memory: 0, global: 1, table: 2, grow: 3, growTable: 4, dropSegment: 5 } as const;

/** Encodes what to do as the request of `scribble`: three u32 an order. */
export function scribbleRequest(orders: readonly Scribble[]): Uint8Array {
  const words = orders.flatMap((order): number[] => {
    const opcode = opcodes[order.kind];
    switch (order.kind) {
      case "memory":
        return [opcode, order.at, order.value];
      case "global":
        return [opcode, order.which, order.value];
      case "table":
        return [opcode, order.at, order.which];
      case "grow":
        return [opcode, order.pages, 0];
      case "growTable":
        return [opcode, order.by, 0];
      case "dropSegment":
        return [opcode, 0, 0];
      default:
        return order satisfies never;
    }
  });
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/** The instructions that only the variant with tables has. */
const tableOrders = `
  (if (i32.eq (local.get $op) (i32.const 2)) (then
    (if (local.get $b)
      (then (table.set $table (i32.rem_u (local.get $a) (table.size $table)) (ref.func $one)))
      (else (table.set $table (i32.rem_u (local.get $a) (table.size $table)) (ref.func $two))))))
  (if (i32.eq (local.get $op) (i32.const 4)) (then
    (drop (table.grow $table (ref.func $two) (local.get $a)))))
  (if (i32.eq (local.get $op) (i32.const 5)) (then (data.drop $passive)))`;

/**
 * A kernel that writes where it is told to: anywhere in memory, to globals of each type, to a table. Its start
 * function leaves a state that is not the one of the sections alone. `scribble` echoes nothing.
 */
function scribbleWat(tables: boolean): string {
  return `(module
  (memory (export "memory") 2 16)
  (global $i (mut i32) (i32.const 1))
  (global $l (mut i64) (i64.const 0x7123456789abcdef))
  (global $f (mut f32) (f32.const 1.5))
  (global $d (mut f64) (f64.const -0.0))
  (table $table (export "table") 4 16 funcref)
  (elem (i32.const 0) $one $two)
  (data (i32.const 100) "what the module begins with")
  (data $passive "kept for later")
  (func $one (export "one"))
  (func $two (export "two"))
  (func $start (i32.store (i32.const 5000) (i32.const 42)) (global.set $i (i32.const 77)))
  (start $start)
  (func (export "heddle_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "scribble") (param $at i32) (param $size i32) (result i32)
    (local $end i32) (local $op i32) (local $a i32) (local $b i32)
    (local.set $end (i32.add (local.get $at) (local.get $size)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $op (i32.load (local.get $at)))
      (local.set $a (i32.load (i32.add (local.get $at) (i32.const 4))))
      (local.set $b (i32.load (i32.add (local.get $at) (i32.const 8))))
      (local.set $at (i32.add (local.get $at) (i32.const 12)))
      (if (i32.eqz (local.get $op)) (then
        (i32.store8 (i32.rem_u (local.get $a) (i32.const 60000)) (local.get $b))
        (i32.store8 (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.add (i32.const 1) (i32.rem_u (local.get $a) (i32.const 1000)))) (local.get $b))))
      (if (i32.eq (local.get $op) (i32.const 1)) (then
        (if (i32.eq (local.get $a) (i32.const 0)) (then (global.set $i (local.get $b))))
        (if (i32.eq (local.get $a) (i32.const 1)) (then (global.set $l (i64.extend_i32_u (local.get $b)))))
        (if (i32.eq (local.get $a) (i32.const 2)) (then (global.set $f (f32.reinterpret_i32 (local.get $b)))))
        (if (i32.eq (local.get $a) (i32.const 3)) (then (global.set $d (f64.reinterpret_i64 (i64.shl (i64.extend_i32_u (local.get $b)) (i64.const 32))))))))
      (if (i32.eq (local.get $op) (i32.const 3)) (then (drop (memory.grow (local.get $a)))))
      ${tables ? tableOrders : ""}
      (br $next)))
    (i32.store (i32.const 0) (i32.const 0))
    (i32.store (i32.const 4) (i32.const 0))
    (i32.const 0))
  ;; What no export shows: globals bit by bit, and how much of the passive segment is left.
  (func (export "globalBits") (param $which i32) (result i64)
    (if (i32.eq (local.get $which) (i32.const 0)) (then (return (i64.extend_i32_u (global.get $i)))))
    (if (i32.eq (local.get $which) (i32.const 1)) (then (return (global.get $l))))
    (if (i32.eq (local.get $which) (i32.const 2)) (then (return (i64.extend_i32_u (i32.reinterpret_f32 (global.get $f))))))
    (i64.reinterpret_f64 (global.get $d)))
  (func (export "readPassive") (memory.init $passive (i32.const 200) (i32.const 0) (i32.const 14)))
)`;
}

/** An admitted scribbling kernel. With tables its plan is to rebuild, without them to restore an image. */
export function admitScribbler(tables: boolean): Admission {
  return inspectModule(kernelBytes({ wat: scribbleWat(tables), functions: ["scribble"], name: "scribbler" }));
}

/** A live instance of it. */
export function createScribbler(admission: Admission, steps?: readonly ResetStep[]): KernelInstance {
  return createInstance({
    module: new WebAssembly.Module(admission.normalized.bytes),
    plan: admission.kernel.plan,
    functions: admission.kernel.functions,
    sinks: { log: () => {} },
    ...(steps === undefined ? {} : { steps }),
  });
}

/**
 * All state of a scribbler as text: size of memory, SHA-256 of its bytes, bits of every global, what each place of the
 * table holds, and whether the passive segment is still there. Looking at the segment writes to memory, so it is last.
 */
export function stateOf({ exports }: KernelInstance): string {
  const { memory, table, globalBits, readPassive } = exports;
  if (!(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table))
    throw new Error("exports");
  if (typeof globalBits !== "function" || typeof readPassive !== "function") throw new Error("exports");
  const sha = createHash("sha256").update(new Uint8Array(memory.buffer)).digest("hex");
  const globals = [0, 1, 2, 3].map((which) => String(globalBits(which)));
  const places = Array.from({ length: table.length }, (_, at) => {
    const held = table.get(at);
    return held === exports["one"] ? "one" : held === exports["two"] ? "two" : String(held);
  });
  const before = new Uint8Array(memory.buffer).slice(200, 214);
  let passive = "there";
  try {
    readPassive();
    new Uint8Array(memory.buffer).set(before, 200);
  } catch {
    passive = "dropped"; // the segment is empty now: reading it is out of bounds
  }
  return JSON.stringify({ bytes: memory.buffer.byteLength, sha, globals, places, passive });
}
