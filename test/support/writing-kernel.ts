import { inspectModule, type Admission } from "../../src/kernel/admission.ts";
import { kernelBytes } from "./wasm-module.ts";

/** Offsets that stores have; the last makes every address wrap around or end far outside. */
const offsets = [0, 1, 4_000, 70_000, 0xfffffff0];

/** How values of each type are made of `$value`. */
const values = {
  i32: "(local.get $value)",
  i64: "(i64.mul (i64.extend_i32_u (local.get $value)) (i64.const 0x0101010101010101))",
  f32: "(f32.reinterpret_i32 (i32.or (local.get $value) (i32.const 0x3f000000)))",
  f64: "(f64.reinterpret_i64 (i64.or (i64.extend_i32_u (local.get $value)) (i64.const 0x3ff0000000000000)))",
  v128: "(i8x16.splat (i32.or (local.get $value) (i32.const 1)))",
} as const;

/** Every instruction of WebAssembly that stores a value, as the specification lists them. */
const stores = [
  ["i32.store", "i32"],
  ["i64.store", "i64"],
  ["f32.store", "f32"],
  ["f64.store", "f64"],
  ["i32.store8", "i32"],
  ["i32.store16", "i32"],
  ["i64.store8", "i64"],
  ["i64.store16", "i64"],
  ["i64.store32", "i64"],
  ["v128.store", "v128"],
  ["v128.store8_lane", "v128"],
  ["v128.store16_lane", "v128"],
  ["v128.store32_lane", "v128"],
  ["v128.store64_lane", "v128"],
] as const;

const storing = stores.flatMap(([name, type]) =>
  offsets.map((offset) => {
    const lane = name.endsWith("lane") ? " 1" : "";
    return `(${name} offset=${offset}${lane} (local.get $at) ${values[type]})`;
  }),
);

const bulk = [
  "(memory.fill (local.get $at) (local.get $value) (local.get $count))",
  "(memory.copy (local.get $at) (i32.const 100) (local.get $count))",
  "(memory.init $passive (local.get $at) (i32.const 0) (i32.rem_u (local.get $count) (i32.const 20)))",
  "(if (i32.lt_s (memory.grow (i32.and (local.get $value) (i32.const 1))) (i32.const 0)) (then (unreachable)))",
  "(global.set $g (local.get $value))",
  // In the middle of other things: a loop, a branch over the store, values below on the stack.
  `(block $out (loop $more
     (br_if $out (i32.eqz (local.get $count)))
     (i32.store8 (i32.add (local.get $at) (local.get $count)) (local.get $value))
     (local.set $count (i32.sub (local.get $count) (i32.const 1)))
     (br $more)))`,
  "(drop (i32.add (local.get $value) (call $storeAndGive (local.get $at) (local.get $value))))",
];

/** All that the kernel can be told to do, as text. */
export const writingOrders: readonly string[] = [...storing, ...bulk];

/**
 * Two pages, of which the first half begins with bytes that are not zero; the start function adds some. Requests come low,
 * so that what the host writes is no pretext for clearing more.
 */
const wat = `(module
  (memory (export "memory") 2 16)
  (global $g (mut i32) (i32.const 5))
  (data (i32.const 256) "${"begin ".repeat(5_000)}")
  (data $passive "kept for later, and long")
  (func $start (i32.store (i32.const 36000) (i32.const 42)) (global.set $g (i32.const 6)))
  (start $start)
  (func (export "heddle_alloc") (param $size i32) (result i32) (i32.const 16))
  (func $storeAndGive (param $at i32) (param $value i32) (result i32)
    (i64.store (local.get $at) (i64.extend_i32_s (local.get $value)))
    (local.get $value))
  (func $do (param $order i32) (param $at i32) (param $value i32) (param $count i32)
    ${writingOrders.map((text, order) => `(if (i32.eq (local.get $order) (i32.const ${order})) (then ${text}))`).join("\n")})
  (func (export "write") (param $at i32) (param $size i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $size)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (call $do (i32.load (local.get $at)) (i32.load offset=4 (local.get $at))
        (i32.load offset=8 (local.get $at)) (i32.load offset=12 (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $next)))
    (i32.const 8))
)`;

/** A typed kernel that writes to memory in every way there is, where it is told to. */
export function admitWriter(): Admission {
  return inspectModule(kernelBytes({ wat, functions: ["write"], name: "writer" }));
}

/** One thing to do. */
export interface WritingOrder {
  readonly order: number;
  readonly at: number;
  readonly value: number;
  readonly count: number;
}

export function writingRequest(orders: readonly WritingOrder[]): Uint8Array {
  const words = orders.flatMap(({ order, at, value, count }) => [order, at, value, count]);
  return new Uint8Array(Uint32Array.from(words).buffer);
}
