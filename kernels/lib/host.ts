/**
 * What a kernel may ask of its host: the imports of the module contract, and how AssemblyScript's own `abort` and
 * `trace` become them.
 */
import { decimal, utf8Size, utf8Write } from "./text";

// @ts-ignore: decorator
@external("heddle", "fail")
declare function hostFail(code: i32, pointer: usize, length: i32): void;

// @ts-ignore: decorator
@external("heddle", "log")
declare function hostLog(level: i32, pointer: usize, length: i32): void;

/** Levels of `log`. */
export namespace Level {
  export const DEBUG: i32 = 0;
  export const INFO: i32 = 1;
  export const WARN: i32 = 2;
  export const ERROR: i32 = 3;
}

/** INVALID_ARGUMENT, marked as said by the decoder and not by the author. */
const BAD_PAYLOAD: i32 = 3 | 0x100;
/** RESOURCE_EXHAUSTED, marked as said by the arena and not by the author. */
const MEMORY_LIMIT: i32 = 8 | 0x200;

/** Ends the invocation with the author's status. The marks of the decoder and the arena are out of reach. */
export function failWith(code: i32, message: string): void {
  end(code & 0xff, message);
}

/** Sends a line to the log of the invocation. */
export function logAt(level: i32, message: string): void {
  const size = utf8Size(message);
  const bytes = __alloc(<usize>size);
  utf8Write(message, bytes);
  hostLog(level, bytes, size);
  __free(bytes);
}

/** Ends the invocation because the request does not decode. */
export function badPayload(message: string): void {
  end(BAD_PAYLOAD, message);
}

function end(code: i32, message: string): void {
  const size = utf8Size(message);
  const bytes = __alloc(<usize>size);
  utf8Write(message, bytes);
  hostFail(code, bytes, size);
  unreachable();
}

const memoryText: usize = memory.data<u8>([
  // "memory maximum reached"
  109, 101, 109, 111, 114, 121, 32, 109, 97, 120, 105, 109, 117, 109, 32, 114, 101, 97, 99, 104, 101, 100,
]);

/** Ends the invocation because memory cannot grow. It allocates nothing. */
export function outOfMemory(): void {
  hostFail(MEMORY_LIMIT, memoryText, 22);
  unreachable();
}

/** The level ERROR, marked as said by `abort` and not by the author. */
const ABORT: i32 = 3 | 0x100;

/** Stands in for AssemblyScript's `abort`: says why and where, then traps, so that the host sees the stack. */
export function abortKernel(message: string | null, file: string | null, line: u32, column: u32): void {
  const what = message == null ? "abort" : message;
  const where = file == null ? "" : file + ":" + decimal(line) + ":" + decimal(column);
  logAt(ABORT, what + "\n" + where);
  unreachable();
}

/** Stands in for AssemblyScript's `trace`. */
export function traceKernel(
  message: string,
  count: i32 = 0,
  a0: f64 = 0,
  a1: f64 = 0,
  a2: f64 = 0,
  a3: f64 = 0,
  a4: f64 = 0,
): void {
  let text = message;
  if (count > 0) text += " " + a0.toString();
  if (count > 1) text += " " + a1.toString();
  if (count > 2) text += " " + a2.toString();
  if (count > 3) text += " " + a3.toString();
  if (count > 4) text += " " + a4.toString();
  logAt(Level.DEBUG, text);
}
