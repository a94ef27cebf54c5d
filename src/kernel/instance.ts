import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { copyBytes } from "./copy-bytes.ts";
import { hostModule, logLevels, type HostSinks } from "./host-imports.ts";
import type { ResetPlan } from "./normalize.ts";
import { captureImage, resetSteps, type ResetStep, type ResetTarget, type StateImage } from "./reset.ts";
import { allocExport, memoryExport } from "./signature.ts";
import { failedByKernel, kernelFailure, startMessage, trapFailure, type KernelFailure } from "./trap.ts";

type KernelExport = (...args: number[]) => number;

/** What an instance is made from. */
export interface InstanceOptions {
  /** Compiled from the normalised bytes. */
  readonly module: WebAssembly.Module;
  readonly plan: ResetPlan;
  /** Names of the functions; calls go by their position. */
  readonly functions: readonly string[];
  readonly sinks: HostSinks;
  /** For tests, which leave one out at a time. */
  readonly steps?: readonly ResetStep[];
}

/**
 * Instantiates a kernel; its start function runs. Throws BAD_IMPORT when the start function calls an import,
 * BAD_MODULE when it traps, MODULE_UNAVAILABLE when there is no memory for the instance.
 */
export function createInstance(options: InstanceOptions): KernelInstance {
  return new KernelInstance(options);
}

/** Thrown by `fail` to leave the kernel; what it said is kept beside, as a kernel may catch what it throws. */
const leave = Symbol("the kernel called fail");
const utf8 = new TextDecoder();

/**
 * A kernel that can be called. Every call finds the state of a new instance, whatever the calls before it did. After
 * a call that succeeded, its result lies in `bytes` from `resultAt`, `resultSize` long, until the next call or reset.
 */
export class KernelInstance implements ResetTarget {
  readonly plan: ResetPlan;
  image: StateImage | undefined;
  bytes: Uint8Array = new Uint8Array(0);
  globals: readonly WebAssembly.Global[] = [];
  /** Address of the result of the last call. */
  resultAt = 0;
  resultSize = 0;
  /** Why the last call failed. */
  failure: KernelFailure | undefined = undefined;
  /** How often a new instance took the place of a used one. */
  rebuilds = 0;
  readonly #options: InstanceOptions;
  readonly #steps: readonly ResetStep[];
  readonly #imports: WebAssembly.Imports;
  readonly #payloadMaxBytes: number;
  #exports: WebAssembly.Exports = {};
  #memory: WebAssembly.Memory | undefined = undefined;
  #alloc: KernelExport = unbound;
  #functions: readonly KernelExport[] = [];
  #phase: "starting" | "clean" | "used" = "starting";
  /** What `fail` was told in the present call. */
  #failed: KernelFailure | undefined = undefined;
  #lastError = "";

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.#steps = options.steps ?? resetSteps;
    this.plan = options.plan;
    const share = options.plan.memoryMaxBytes * limits.payloadMemoryShare;
    this.#payloadMaxBytes = Math.min(limits.payloadMaxBytes, share);
    this.#imports = {
      [hostModule]: {
        fail: (code = 0, pointer = 0, size = 0) => this.#fail(code, pointer, size),
        log: (level = 0, pointer = 0, size = 0) => this.#log(level, pointer, size),
      },
    };
    this.#instantiate();
    this.image = captureImage(this.plan, this.bytes, this.globals);
  }

  /** The live exports, for tests and inspection. */
  get exports(): WebAssembly.Exports {
    return this.#exports;
  }

  /**
   * Calls a function with a payload that lies in `source`. True: the result is there; false: `failure` says why not.
   * Throws only when a new instance was needed and could not be made: nothing has run then.
   */
  call(functionIndex: number, source: Uint8Array, offset: number, size: number): boolean {
    if (this.#phase !== "clean") this.reset();
    this.failure = undefined;
    if (size > this.#payloadMaxBytes) {
      const said = `the payload has ${size} bytes, the limit of this kernel is ${this.#payloadMaxBytes}`;
      return this.#give(kernelFailure("PAYLOAD_TOO_LARGE", said));
    }
    this.#phase = "used";
    try {
      return this.#run(functionIndex, source, offset, size);
    } catch (error) {
      return this.#give(this.#failed ?? trapFailure(error, this.#context(functionIndex)));
    } finally {
      this.#failed = undefined;
      this.#lastError = "";
    }
  }

  /** Puts the state back to that of a new instance. Calls do it themselves when it was not done before. */
  reset(): void {
    if (this.#phase === "clean") return;
    for (const step of this.#steps) {
      if (step(this)) break;
    }
    this.#phase = "clean";
  }

  rebuild(): void {
    this.rebuilds++;
    this.#instantiate();
  }

  refreshBytes(): void {
    if (this.#memory !== undefined) this.bytes = new Uint8Array(this.#memory.buffer);
  }

  #run(functionIndex: number, source: Uint8Array, offset: number, size: number): boolean {
    const at = this.#alloc(size) >>> 0;
    if (this.bytes.length === 0) this.refreshBytes();
    if (this.#failed !== undefined) return this.#give(this.#failed);
    if (at + size > this.bytes.length) {
      return this.#give(this.#bad(functionIndex, `${allocExport}(${size}) gave the address ${at}`));
    }
    copyBytes(this.bytes, at, source, offset, size);
    const header = (this.#functions[functionIndex] ?? unbound)(at, size) >>> 0;
    // A kernel that catches everything may go on after `fail`: what it returns then does not count.
    if (this.#failed !== undefined) return this.#give(this.#failed);
    if (this.bytes.length === 0) this.refreshBytes();
    if (header + 8 > this.bytes.length) {
      return this.#give(this.#bad(functionIndex, `it returned the address ${header}`));
    }
    this.resultAt = readU32(this.bytes, header);
    this.resultSize = readU32(this.bytes, header + 4);
    if (this.resultAt + this.resultSize > this.bytes.length) {
      const range = `its result is said to be ${this.resultSize} bytes at ${this.resultAt}`;
      return this.#give(this.#bad(functionIndex, range));
    }
    if (this.resultSize > limits.payloadMaxBytes) {
      const said = `function "${this.#name(functionIndex)}": the result has ${this.resultSize} bytes`;
      return this.#give(kernelFailure("RESULT_TOO_LARGE", `${said}, the limit is ${limits.payloadMaxBytes}`));
    }
    return true;
  }

  #give(failure: KernelFailure): false {
    this.failure = failure;
    this.resultSize = 0;
    return false;
  }

  #bad(functionIndex: number, said: string): KernelFailure {
    const memory = `memory has ${this.bytes.length} bytes`;
    return kernelFailure("KERNEL_BAD_RESULT", `function "${this.#name(functionIndex)}": ${said}, ${memory}`);
  }

  #name(functionIndex: number): string {
    return this.#options.functions[functionIndex] ?? `#${functionIndex}`;
  }

  #context(functionIndex: number) {
    const size = this.#memory?.buffer.byteLength ?? 0;
    return {
      functionName: this.#name(functionIndex),
      lastError: this.#lastError,
      memoryFull: size >= this.plan.memoryMaxBytes,
      memoryMaxBytes: this.plan.memoryMaxBytes,
      codeShiftBytes: this.plan.codeShiftBytes,
    };
  }

  #instantiate(): void {
    this.#phase = "starting";
    const { exports } = this.#start();
    if (this.#failed !== undefined) throw new HeddleError("BAD_IMPORT", this.#failed.message);
    const memory = exports[memoryExport];
    const alloc = exports[allocExport];
    const functions = this.#options.functions.map((name) => exports[name]);
    const globals = this.plan.globals.map((name) => exports[name]);
    if (
      !(memory instanceof WebAssembly.Memory) ||
      typeof alloc !== "function" ||
      !functions.every(isFunction)
    ) {
      throw new HeddleError("BAD_EXPORT", "the module lacks an export of the contract; was it admitted?");
    }
    this.#exports = exports;
    this.#memory = memory;
    this.#alloc = alloc;
    this.#functions = functions;
    this.globals = globals.filter((global) => global instanceof WebAssembly.Global);
    this.refreshBytes();
    this.#phase = "clean";
  }

  #start(): WebAssembly.Instance {
    try {
      return new WebAssembly.Instance(this.#options.module, this.#imports);
    } catch (cause) {
      const failed = this.#failed;
      this.#failed = undefined;
      if (failed !== undefined) throw new HeddleError("BAD_IMPORT", failed.message, { cause });
      if (cause instanceof WebAssembly.LinkError || cause instanceof TypeError) {
        throw new HeddleError("BAD_IMPORT", `module: ${cause.message}`, { cause });
      }
      if (cause instanceof RangeError && !cause.message.includes("call stack")) {
        const said = `no memory for a new instance: ${cause.message}`;
        throw new HeddleError("MODULE_UNAVAILABLE", said, { cause });
      }
      throw new HeddleError("BAD_MODULE", `module: ${startMessage(cause, this.#context(0))}`, { cause });
    }
  }

  /** The import `fail`: ends the call. */
  #fail(code: number, pointer: number, size: number): never {
    this.#failed =
      this.#phase === "starting"
        ? this.#calledAtStart("fail")
        : failedByKernel(code >>> 0, this.#text(pointer >>> 0, size >>> 0));
    throw leave;
  }

  /** The import `log`. */
  #log(level: number, pointer: number, size: number): void {
    if (this.#phase === "starting") {
      this.#failed = this.#calledAtStart("log");
      throw leave;
    }
    const name = logLevels[level] ?? "info";
    const text = this.#text(pointer >>> 0, size >>> 0);
    if (name === "error") this.#lastError = text;
    this.#options.sinks.log(name, text);
  }

  #calledAtStart(name: string): KernelFailure {
    const said = `the start function calls the import ${hostModule}.${name}`;
    return kernelFailure("BAD_IMPORT", `module: ${said}; imports may be called by functions only`);
  }

  /** A text of the kernel, cut to what may leave the process and to its memory. */
  #text(pointer: number, size: number): string {
    if (this.bytes.length === 0) this.refreshBytes();
    const end = Math.min(pointer + Math.min(size, limits.messageMaxBytes), this.bytes.length);
    return pointer >= end ? "" : utf8.decode(this.bytes.subarray(pointer, end));
  }
}

function isFunction(value: unknown): value is KernelExport {
  return typeof value === "function";
}

function unbound(): number {
  throw new HeddleError("INTERNAL", "a function was called that the instance does not have");
}

function readU32(bytes: Uint8Array, at: number): number {
  const upper = (bytes[at + 3] ?? 0) << 24;
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | upper) >>> 0;
}
