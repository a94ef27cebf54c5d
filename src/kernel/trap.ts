/**
 * What a kernel did wrong, as an item's failure. A failure is plain data: it is written into memory that the host
 * shares with a worker, and most never become an error object.
 */
import { Code, toCode } from "../base/code.ts";
import type { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { reasons, type Reason } from "../base/reason.ts";
import { FailMark } from "./host-imports.ts";
import {
  fullStack,
  isAllOfHeddle,
  readStack,
  shortStack,
  type StackSource,
  type TrapFrame,
} from "./trap-stack.ts";

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

/** What a kernel said when it aborted: AssemblyScript's `abort`, which failed assertions call. */
export interface AbortNote {
  readonly message: string;
  /** `~lib/array.ts:114:42`, or "". */
  readonly place: string;
}

/** Parts what an abort said from the place after its last line break. */
export function readAbort(said: string): AbortNote {
  const cut = said.lastIndexOf("\n");
  return cut < 0 ? { message: said, place: "" } : { message: said.slice(0, cut), place: said.slice(cut + 1) };
}

/** What is known about a call when it traps. */
export interface TrapContext extends StackSource {
  readonly functionName: string;
  /** The last line the kernel logged as an error in this call. */
  readonly lastError: string;
  /** Set when the kernel aborted. */
  readonly aborted: AbortNote | undefined;
  /** Memory is as large as it may become. */
  readonly memoryFull: boolean;
  readonly memoryMaxBytes: number;
}

/** A call that trapped: what its caller gets, and what goes to the log. */
export interface Trap {
  readonly failure: KernelFailure;
  /** With the whole stack; "" when the failure says all there is. */
  readonly log: string;
}

/** The failure of a call that threw something. */
export function trapFailure(error: unknown, context: TrapContext): Trap {
  const { functionName, memoryMaxBytes, lastError } = context;
  const frames = readStack(error, context);
  if (ranOutOfMemory(error, frames, context)) {
    const said = `function "${functionName}": the memory maximum of ${memoryMaxBytes} bytes was reached`;
    return { failure: kernelFailure("MEMORY_LIMIT", said), log: "" };
  }
  // The entry gave up in words of its own, about what the function gave: a place in the entry tells nothing more.
  if (context.aborted !== undefined && isAllOfHeddle(frames)) {
    const gaveUp = `function "${functionName}" trapped: ${context.aborted.message}`;
    return { failure: kernelFailure("KERNEL_TRAP", gaveUp), log: gaveUp };
  }
  const said = `function "${functionName}" trapped: ${sentence(error, frames, context)}`;
  const logged = lastError === "" ? "" : `; it logged: ${lastError}`;
  return {
    failure: kernelFailure("KERNEL_TRAP", `${said}${shortStack(frames)}${logged}`),
    log: `${said}${fullStack(frames)}`,
  };
}

/** What happened. An abort tells its own place, which counts when the stack has none. */
function sentence(error: unknown, frames: readonly TrapFrame[], { aborted }: TrapContext): string {
  if (aborted === undefined) {
    return error instanceof Error ? error.message : "an exception was thrown and not caught";
  }
  const isPlaced = aborted.place === "" || frames.some(({ place }) => place !== null);
  return isPlaced ? aborted.message : `${aborted.message} (${aborted.place})`;
}

/**
 * Whether code gave up because memory could not grow. Memory that is full tells; so does the allocator of
 * AssemblyScript, which traps without a word when it asks for more than is left.
 */
function ranOutOfMemory(
  error: unknown,
  frames: readonly TrapFrame[],
  { memoryFull, aborted }: TrapContext,
): boolean {
  const gaveUp = error instanceof WebAssembly.RuntimeError && error.message === "unreachable";
  if (!gaveUp || aborted !== undefined) return false;
  return memoryFull || /^~lib\/rt\/(?:tlsf|itcms|tcms)\//.test(frames[0]?.name ?? "");
}

/** The start function of a module went wrong. */
export function startMessage(error: unknown, context: TrapContext): string {
  const frames = readStack(error, context);
  // What an abort says lies in a memory that nobody can read yet.
  const said = sentence(error, frames, context) || "abort";
  // A segment that does not fit ends the instantiation before anything of the module has run.
  const instantiating = /^WebAssembly\.Instance\(\): (.*)$/.exec(said)?.[1];
  if (instantiating !== undefined) return `it cannot be instantiated: ${instantiating}`;
  return `the start function trapped: ${said}${shortStack(frames)}`;
}

/** A failure from an error that the host's side of a call threw. */
export function failureOf(error: HeddleError): KernelFailure {
  const reason = Object.hasOwn(reasons, error.reason) ? (error.reason as Reason) : "INTERNAL"; // hasOwn proves the key
  return { code: error.code, reason, message: cutText(error.rawMessage) };
}

/** Cuts a text to the bytes that may leave the process. */
function cutText(text: string): string {
  if (text.length * 3 <= limits.messageMaxBytes) return text;
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= limits.messageMaxBytes) return text;
  return `${bytes.toString("utf8", 0, limits.messageMaxBytes - 8).replace(/\uFFFD+$/, "")} …`;
}
