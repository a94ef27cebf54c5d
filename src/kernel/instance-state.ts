/**
 * What the instances of all kinds of module have in common: the live WebAssembly instance with its memory, the state
 * it goes back to, what the host offers to every kernel (`fail`, `log`), and what is known when a call goes wrong.
 */
import { codeName } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { InstancePlan } from "./call-plan.ts";
import { byteArea, type ByteArea } from "./copy-bytes.ts";
import { abortLevel, hostModule, logLevels, type HostSinks } from "./host-imports.ts";
import { captureImage, restoreState, type ResetStep, type ResetTarget, type StateImage } from "./reset.ts";
import { FormChoice, type InstanceForm } from "./instance-form.ts";
import { loseMemory } from "./lost-memory.ts";
import { initializeExport } from "./signature.ts";
import { sourceMapOf, type SourceMap } from "./source-map.ts";
import {
  failedByKernel,
  kernelFailure,
  readAbort,
  startMessage,
  trapFailure,
  type AbortNote,
  type KernelFailure,
  type TrapContext,
} from "./trap.ts";
import { Written } from "./written.ts";

/** What an instance is made from. */
export interface InstanceOptions {
  /** Compiled from the normalised bytes. */
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** Names of the functions; calls go by their position. */
  readonly functions: readonly string[];
  readonly sinks: HostSinks;
  /** The same kernel with code that keeps a mark of what it writes: for calls that are short. Default: there is none. */
  readonly watched?: InstanceForm | undefined;
  /** For tests, which leave one out at a time. */
  readonly steps?: readonly ResetStep[];
}

/** What the kind of an instance adds. */
export interface KindParts {
  /** Imports beside those of `heddle`, by module. */
  readonly imports?: Readonly<Record<string, WebAssembly.ModuleImports>>;
  /** Takes the exports of each new instance; false: one that is needed is missing. */
  bind(exports: WebAssembly.Exports): boolean;
}

/** Thrown by `fail` to leave the kernel; what it said is kept beside, as a kernel may catch what it throws. */
const leave = Symbol("the kernel called fail");
const noBytes = byteArea(new Uint8Array(0));
const utf8 = new TextDecoder();

/** A live instance and the way back to its first state. */
export class InstanceState implements ResetTarget {
  image: StateImage | undefined;
  area: ByteArea = noBytes;
  globals: readonly WebAssembly.Global[] = [];
  exports: WebAssembly.Exports = {};
  /** How often a new instance took the place of a used one. */
  rebuilds = 0;
  /** What `fail` was told in the present call. */
  failed: KernelFailure | undefined = undefined;
  readonly payloadMaxBytes: number;
  readonly #options: InstanceOptions;
  readonly #parts: KindParts;
  readonly #steps: readonly ResetStep[] | undefined;
  readonly choice: FormChoice;
  #form: InstanceForm;
  readonly #imports: WebAssembly.Imports;
  /** What the memory had when the instance was new. */
  #initialBytes = 0;
  #memory: WebAssembly.Memory | undefined = undefined;
  #written = new Written({}, undefined);
  #phase: "starting" | "clean" | "used" = "starting";
  #lastError = "";
  #aborted: AbortNote | undefined = undefined;
  #sourceMap: SourceMap | null | undefined = undefined;

  /** Instantiates the module; its start function runs. Throws what `createInstance` says. */
  constructor(options: InstanceOptions, parts: KindParts) {
    this.#options = options;
    this.#parts = parts;
    this.#steps = options.steps;
    this.choice = new FormChoice({ module: options.module, plan: options.plan }, options.watched);
    this.#form = this.choice.form;
    const share = options.plan.memoryMaxBytes * limits.payloadMemoryShare;
    this.payloadMaxBytes = Math.min(limits.payloadMaxBytes, share);
    this.#imports = {
      [hostModule]: {
        fail: (code: number, pointer: number, size: number) => this.#fail(code, pointer, size),
        log: (level: number, pointer: number, size: number) => this.#log(level, pointer, size),
      },
      ...parts.imports,
    };
    this.#instantiate();
    this.#keepImage();
  }

  get plan(): InstancePlan {
    return this.#form.plan;
  }

  get writtenEnd(): number {
    return this.#written.endIn(this.bytes.length);
  }

  forgetWritten(): void {
    this.#written.forget();
  }

  restoreInside(): boolean {
    return this.#written.restore();
  }

  /** The host writes to memory below this address. */
  hostWrites(end: number): void {
    this.#written.below(end);
  }

  /** See `KernelInstance`. */
  observe(callMs: number): void {
    this.choice.observe(callMs, this.image?.sizeBytes ?? 0);
  }

  /** Makes the state fresh unless it is, and marks it as used. */
  begin(): void {
    if (this.#phase !== "clean") this.reset();
    this.#phase = "used";
  }

  /** Forgets what belonged to the present call. */
  end(): void {
    this.failed = undefined;
    this.#lastError = "";
    this.#aborted = undefined;
  }

  /** Puts the state back to that of a new instance. */
  reset(): void {
    if (this.#phase === "clean") return;
    if (this.#form !== this.choice.form) this.#changeForm();
    else if (this.#steps === undefined) restoreState(this);
    else this.#steps.some((step) => step(this));
    this.#phase = "clean";
  }

  #changeForm(): void {
    this.#form = this.choice.form;
    this.#instantiate();
    this.#keepImage();
  }

  #keepImage(): void {
    this.image = captureImage(this.plan, this.bytes, this.globals);
    this.#saveInside();
  }

  rebuild(): void {
    this.rebuilds++;
    this.#instantiate();
    this.#saveInside();
  }

  /** Has the code keep what the image has, unless there is none. */
  #saveInside(): void {
    if (this.image !== undefined) this.#written.save(this.image.head.length);
  }

  get bytes(): Uint8Array {
    return this.area.bytes;
  }

  refreshBytes(): void {
    if (this.#memory !== undefined) this.area = byteArea(new Uint8Array(this.#memory.buffer));
  }

  /** Why a call of a function failed that threw something. The stack of a trap goes to the log. */
  trapped(error: unknown, functionIndex: number): KernelFailure {
    if (this.failed !== undefined) return this.failed;
    const { failure, log } = trapFailure(error, this.#context(functionIndex));
    if (log !== "") this.#options.sinks.log("error", log);
    return failure;
  }

  /** The name of a function, for messages. */
  name(functionIndex: number): string {
    return this.#options.functions[functionIndex] ?? `#${functionIndex}`;
  }

  /** A payload that is too large for this kernel; nothing has run. */
  tooLarge(size: number): KernelFailure {
    const said = `the payload has ${size} bytes, the limit of this kernel is ${this.payloadMaxBytes}`;
    return kernelFailure("PAYLOAD_TOO_LARGE", said);
  }

  #context(functionIndex: number): TrapContext {
    const size = this.#memory?.buffer.byteLength ?? 0;
    return {
      functionName: this.name(functionIndex),
      lastError: this.#lastError,
      aborted: this.#aborted,
      memoryFull: size >= this.plan.memoryMaxBytes,
      memoryMaxBytes: this.plan.memoryMaxBytes,
      codeShiftBytes: this.plan.codeShiftBytes,
      watch: this.plan.watch,
      placeAt: (offset) => {
        if (this.#sourceMap === undefined) this.#sourceMap = sourceMapOf(this.#form.module);
        return this.#sourceMap?.placeAt(offset) ?? null;
      },
    };
  }

  #instantiate(): void {
    this.#phase = "starting";
    const exports = this.#start();
    if (this.failed !== undefined) throw new HeddleError("BAD_IMPORT", this.failed.message);
    const memory = this.plan.memory === undefined ? undefined : exports[this.plan.memory];
    const found = this.plan.memory === undefined || memory instanceof WebAssembly.Memory;
    if (!found || !this.#parts.bind(exports)) {
      throw new HeddleError("BAD_EXPORT", "the module lacks an export of the contract; was it admitted?");
    }
    this.exports = exports;
    loseMemory((this.#memory?.buffer.byteLength ?? 0) - this.#initialBytes);
    this.#memory = memory instanceof WebAssembly.Memory ? memory : undefined;
    this.#initialBytes = this.#memory?.buffer.byteLength ?? 0;
    const globals = this.plan.globals.map((name) => exports[name]);
    this.globals = globals.filter((global) => global instanceof WebAssembly.Global);
    this.refreshBytes();
    this.#written = new Written(exports, this.plan.watch);
    this.#phase = "clean";
  }

  /** Runs the start function and, of a reactor, `_initialize`. */
  #start(): WebAssembly.Exports {
    try {
      const { exports } = new WebAssembly.Instance(this.#form.module, this.#imports);
      const initialize = exports[initializeExport];
      if (this.plan.calls.kind !== "wasi" && typeof initialize === "function") initialize();
      return exports;
    } catch (cause) {
      const { failed } = this;
      this.failed = undefined;
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
    this.failed =
      this.#phase === "starting"
        ? this.#calledAtStart("fail")
        : failedByKernel(code >>> 0, this.#text(pointer >>> 0, size >>> 0));
    if (this.failed.reason === "KERNEL_FAILED") {
      const { code: ended, message } = this.failed;
      this.#options.sinks.log("info", `ended with ${codeName(ended)}: ${message}`);
    }
    throw leave;
  }

  /** The import `log`. */
  #log(level: number, pointer: number, size: number): void {
    if (level === abortLevel) {
      this.#aborted = readAbort(this.#text(pointer >>> 0, size >>> 0));
      return;
    }
    if (this.#phase === "starting") {
      this.failed = this.#calledAtStart("log");
      throw leave;
    }
    const name = logLevels[level] ?? "info";
    const whole = size >>> 0;
    const cut = whole > limits.messageMaxBytes ? `… (${whole} bytes)` : "";
    const text = this.#text(pointer >>> 0, whole) + cut;
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
