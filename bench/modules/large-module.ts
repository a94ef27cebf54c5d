/**
 * Modules of a mebibyte that is nearly all code, as compilers of larger languages leave them: a thousand functions of
 * which a call needs a few. Those of different seeds have different digests, and their one export gives different
 * results, so that a result tells which module it came from.
 */
import { wrapModule } from "../../src/kernel/wrap.ts";

/** Name of the kernel. */
export const largeKernel = "large";
/** Its function, `mix(param0: int32)`. */
export const largeFunction = "mix";

const functions = 1024;
const stepsPerFunction = 92;
/** Functions that a call runs. */
const called = 8;
const operators = [0x6a, 0x6b, 0x6c, 0x73, 0x77]; // add, sub, mul, xor, rotl

/** The module of seed 0 as it was first made, and where the constants of its functions begin. */
let first: { readonly wasm: Uint8Array; readonly constantsAt: number } | undefined;

/**
 * Makes the module of a seed, ready to be deployed. All but the constants is made once: garbage of the suite would be
 * collected while a deploy is timed, on the same two cores.
 */
export function largeModule(seed: number): Uint8Array<ArrayBuffer> {
  first ??= firstModule();
  const wasm = Uint8Array.from(first.wasm);
  let at = first.constantsAt;
  for (let index = 0; index < functions - 1; index++) {
    let constant = seed + index;
    for (let step = 0; step < stepsPerFunction; step++) {
      constant = nextConstant(constant);
      writeSigned(wasm, at + step * stepBytes, constant);
    }
    at += mixerBytes;
  }
  return wasm;
}

function firstModule(): { readonly wasm: Uint8Array; readonly constantsAt: number } {
  const raw = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]), // (i32) → i32
    ...section(3, [...unsigned(functions), ...Array.from({ length: functions }, () => 0)]),
    ...section(7, [1, ...text(largeFunction), 0x00, 0]),
  ];
  const mixers = Buffer.concat(Array.from({ length: functions - 1 }, mixer));
  const code = Buffer.concat([Buffer.from(unsigned(functions)), caller(), mixers]);
  const wasm = Buffer.concat([Buffer.from(raw), Buffer.of(10, ...unsigned(code.length)), code]);
  const constantsAt = wasm.length - mixers.length + mixer().indexOf(0x41) + 1;
  return { wasm: wrapModule(wasm, { name: largeKernel, raw: true }), constantsAt };
}

/** A function that calls those after it one after the other. */
function caller(): Buffer {
  const calls = Array.from({ length: called }, (_, index) => [0x10, index + 1]);
  return body([0x20, 0, ...calls.flat(), 0x0b]);
}

/** A function of many steps, with constants of five bytes that are still to be written. */
function mixer(): Buffer {
  const bytes: number[] = [];
  for (let step = 0; step < stepsPerFunction; step++) {
    const operator = operators[step % operators.length] ?? 0;
    bytes.push(0x20, 0, 0x41, 0x80, 0x80, 0x80, 0x80, 0, operator, 0x21, 0);
  }
  return body([...bytes, 0x20, 0, 0x0b]);
}

const stepBytes = 11;
const mixerBytes = mixer().length;

function nextConstant(constant: number): number {
  return (Math.imul(constant, 1_664_525) + 1_013_904_223) | 0;
}

function body(instructions: readonly number[]): Buffer {
  const bytes = [0, ...instructions]; // no locals
  return Buffer.from([...unsigned(bytes.length), ...bytes]);
}

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...unsigned(bytes.length), ...bytes];
}

function text(value: string): number[] {
  return [value.length, ...Buffer.from(value)];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** A signed LEB128 of 32 bits in five bytes. */
function writeSigned(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = ((value >> (7 * index)) & 0x7f) | 0x80;
  bytes[at + 4] = (value >> 28) & 0x7f;
}
