/**
 * What a kernel did wrong, as an item's failure. A failure is plain data: it is written into memory that the host
 * shares with a worker, and most never become an error object.
 */
import { Code, toCode } from "../base/code.ts";
import type { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { reasons, type Reason } from "../base/reason.ts";
import { FailMark } from "./host-imports.ts";

/** How one call failed. */
export interface KernelFailure {
  readonly code: Code;
  readonly reason: Reason;
  readonly message: string;
}

/** A failure with the code that belongs to its reason. */
export function kernelFailure(reason: Reason, message: string): KernelFailure {
  return { code: reasons[reason].code ?? Code.UNKNOWN, reason, message: cutText(message) };
}

/** The failure of a call that the kernel ended with `fail(code, text)`. */
export function failedByKernel(codeAndMark: number, text: string): KernelFailure {
  if (codeAndMark === (FailMark.DECODER | Code.INVALID_ARGUMENT)) return kernelFailure("BAD_PAYLOAD", text);
  if (codeAndMark === (FailMark.ARENA | Code.RESOURCE_EXHAUSTED)) return kernelFailure("MEMORY_LIMIT", text);
  // OK is no way to fail, and a number outside of gRPC's table means nothing to a client.
  const code = codeAndMark === Code.OK ? Code.UNKNOWN : toCode(codeAndMark);
  return { code, reason: "KERNEL_FAILED", message: cutText(text) };
}

/** What is known about a call when it traps. */
export interface TrapContext {
  readonly functionName: string;
  /** The last line the kernel logged as an error in this call; AssemblyScript's `abort` does. */
  readonly lastError: string;
  /** Memory is as large as it may become. */
  readonly memoryFull: boolean;
  readonly memoryMaxBytes: number;
  readonly codeShiftBytes: number;
}

/** The failure of a call that threw something. */
export function trapFailure(error: unknown, context: TrapContext): KernelFailure {
  const said = error instanceof Error ? error.message : "an exception was thrown and not caught";
  if (error instanceof WebAssembly.RuntimeError && said === "unreachable" && ranOutOfMemory(error, context)) {
    const limit = `the memory maximum of ${context.memoryMaxBytes} bytes was reached`;
    return kernelFailure("MEMORY_LIMIT", `function "${context.functionName}": ${limit}`);
  }
  const where = frames(error, context);
  const logged = context.lastError === "" ? "" : `; it logged: ${context.lastError}`;
  return kernelFailure("KERNEL_TRAP", `function "${context.functionName}" trapped: ${said}${where}${logged}`);
}

/**
 * Whether code gave up because memory could not grow. Memory that is full tells; so does the allocator of
 * AssemblyScript, which traps without a word when it asks for more than is left.
 */
function ranOutOfMemory(error: Error, { memoryFull, lastError }: TrapContext): boolean {
  if (memoryFull) return true;
  return (
    lastError === "" && /^.*\n\s*at (?:[\w.-]*\.)?~lib\/rt\/(?:tlsf|itcms|tcms)\//.test(error.stack ?? "")
  );
}

/** The start function of a module went wrong. */
export function startMessage(error: unknown, context: TrapContext): string {
  const said = error instanceof Error ? error.message : "an exception was thrown and not caught";
  return `the start function trapped: ${said}${frames(error, context)}`;
}

/** A failure from an error that the host's side of a call threw. */
export function failureOf(error: HeddleError): KernelFailure {
  const reason = Object.hasOwn(reasons, error.reason) ? (error.reason as Reason) : "INTERNAL"; // hasOwn proves the key
  return { code: error.code, reason, message: cutText(error.rawMessage) };
}

/** `    at linalg.multiply (wasm://wasm/linalg-0f:wasm-function[3]:0x1a)`; the name is there if the module has names. */
const framePattern = /^\s*at (?:(.*) \()?wasm:\/\/.*:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;
const framesMax = 4;

/** ` in "inner" (byte 26), called by "outer" (byte 96)`: the kernel's frames, offsets as in the uploaded module. */
function frames(error: unknown, context: TrapContext): string {
  if (!(error instanceof Error) || typeof error.stack !== "string") return "";
  const found: string[] = [];
  for (const line of error.stack.split("\n")) {
    const match = framePattern.exec(line);
    if (match === null) continue;
    const [, name, index = "?", offset = "0"] = match;
    const label = name === undefined ? `function ${index}` : `"${name}"`;
    found.push(`${label} (byte ${Number.parseInt(offset, 16) - context.codeShiftBytes})`);
    if (found.length === framesMax) break;
  }
  return found.length === 0 ? "" : ` in ${found.join(", called by ")}`;
}

/** Cuts a text to the bytes that may leave the process. */
function cutText(text: string): string {
  if (text.length * 3 <= limits.messageMaxBytes) return text;
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= limits.messageMaxBytes) return text;
  return `${bytes.toString("utf8", 0, limits.messageMaxBytes - 8).replace(/\uFFFD+$/, "")} …`;
}
