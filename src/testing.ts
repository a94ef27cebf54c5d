/**
 * `heddle/testing`: a kernel in the process of its tests, without a fabric. What runs is what a node runs: the same
 * admission, the same instance in a worker thread with the same limits, the same errors.
 */
import { readFile, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "./base/clock.ts";
import { toCode } from "./base/code.ts";
import { HeddleError } from "./base/error.ts";
import { limits } from "./base/limits.ts";
import type { AdmittedKernel } from "./kernel/admission.ts";
import type { LogLevel } from "./kernel/host-imports.ts";
import { loadKernel as loadModule, type KernelModule } from "./kernel/load.ts";
import { payloadOf, valueOf } from "./sdk/invoke.ts";
import type { UntypedKernel } from "./sdk/kernel-client.ts";
import type { CallableFunction } from "./sdk/schemas.ts";
import { admitInWorker } from "./worker/admission.ts";
import {
  createWorkerPool,
  type BatchFailure,
  type BatchPart,
  type LogEntry,
  type WorkerPool,
} from "./worker/pool.ts";

export { Code } from "./base/code.ts";
export { HeddleError } from "./base/error.ts";

/** Options of `loadKernel`. */
export interface LoadOptions {
  /** Longest run of one call, in ms. Default: what the kernel's manifest says, 10,000 if it says nothing. */
  readonly timeLimitMs?: number;
  /** Optimise a source that is built, as a deploy does. Default true; false builds faster and traps the same. */
  readonly optimize?: boolean;
}

/** Options of one call. */
export interface CallOptions {
  /** Time for the call, in ms. Default: none but the kernel's own limit. */
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

/** A line that the kernel logged. */
export interface LogLine {
  readonly level: LogLevel;
  /** The function that logged it. */
  readonly function: string;
  readonly text: string;
}

/** What every loaded kernel has; a function of one of these names is called with `call`. */
export interface KernelHandle extends AsyncDisposable, Disposable {
  /** What the calls so far have logged, the last 10,000 lines. Empty it as you like. */
  readonly logs: LogLine[];
  /** Calls a function by its name. */
  call(fn: string, input?: object, options?: CallOptions): Promise<unknown>;
  /** Ends its thread; calls that are under way fail. Not needed at the end of a process. */
  close(): Promise<void>;
}

/** A kernel whose functions can be called: those of the interface that `heddle typegen` writes. */
export type LoadedKernel<Kernel extends object = UntypedKernel> = KernelHandle & {
  readonly [Name in Exclude<keyof Kernel, keyof KernelHandle | "then">]: Kernel[Name] extends (
    ...args: infer Args
  ) => Promise<infer Value>
    ? (...args: [...input: Args, options?: CallOptions]) => Promise<Value>
    : never;
};

/**
 * Loads a kernel: a `.ts` source, which is built, a `.wasm` module, or a module's bytes. Paths are relative to the
 * working folder; `new URL("hello.ts", import.meta.url)` is relative to the test. Rejects with what a build and a
 * deploy reject with; calls reject with what calls over a fabric reject with.
 */
export async function loadKernel<Kernel extends object = UntypedKernel>(
  source: string | URL | Uint8Array,
  options: LoadOptions = {},
): Promise<LoadedKernel<Kernel>> {
  const bytes = source instanceof Uint8Array ? source : await readSource(source, options);
  // A process that has nothing else to do must not end before the threads have answered.
  const awake = setInterval(() => {}, awakeMs);
  try {
    const admitted = await admitInWorker(bytes);
    const module = await loadModule(bytes, admitted.digest);
    const loaded = new ProcessKernel(admitted, { ...module, ...timeLimit(options) });
    await loaded.start();
    return loaded.withMethods() as LoadedKernel<Kernel>; // the caller says what the kernel offers
  } finally {
    clearInterval(awake);
  }
}

const awakeMs = 60_000;

function timeLimit({ timeLimitMs }: LoadOptions): { timeLimitMs?: number } {
  if (timeLimitMs === undefined) return {};
  if (Number.isFinite(timeLimitMs) && timeLimitMs > 0) return { timeLimitMs };
  throw new HeddleError("BAD_REQUEST", `option "timeLimitMs" must be above 0, not ${timeLimitMs}`);
}

async function readSource(source: string | URL, { optimize = true }: LoadOptions): Promise<Uint8Array> {
  const file = resolve(
    typeof source === "string" && !source.startsWith("file:") ? source : fileURLToPath(source),
  );
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new HeddleError(
      "BAD_REQUEST",
      `there is no file ${file}; a path is relative to the working folder, new URL("kernel.ts", import.meta.url) to the test`,
    );
  }
  if (extname(file) !== ".ts") return readFile(file);
  const { buildKernel } = await import("./compiler/compile.ts");
  return (await buildKernel({ file, optimize })).wasm;
}

interface Waiter {
  readonly function: string;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: HeddleError) => void;
}

class ProcessKernel implements KernelHandle {
  readonly logs: LogLine[] = [];
  readonly #kernel: KernelModule;
  readonly #functions: ReadonlyMap<string, CallableFunction>;
  readonly #name: string;
  readonly #pool: WorkerPool;
  readonly #waiters = new Map<number, Waiter>();
  #nextId = 1;

  constructor({ manifest, schema, pure, digest: version }: AdmittedKernel, kernel: KernelModule) {
    this.#kernel = kernel;
    this.#name = manifest.name;
    this.#functions = new Map(
      schema.functions.map((fn) => {
        const { fields } = fn.response;
        const unwraps = fields.length === 1 && fields[0]?.name === "value";
        const fullName = `${manifest.name}/${fn.name}`;
        const common = { kernel: manifest.name, schema: fn, pure, unwraps, version, pinned: false };
        return [fn.name, { ...common, name: fn.name, fullName }];
      }),
    );
    this.#pool = createWorkerPool({
      workers: 1,
      spares: 0,
      background: true,
      clock: systemClock,
      onPart: (part) => this.#settle(part),
      onLog: (entry) => this.#log(entry),
    });
  }

  start(): Promise<void> {
    return this.#pool.start();
  }

  /** Itself, with a method for each function whose name is free. */
  withMethods(): KernelHandle {
    for (const name of this.#functions.keys()) {
      if (name === "then" || name in this) continue;
      const value = (input?: object, options?: CallOptions) => this.call(name, input, options);
      Object.defineProperty(this, name, { value, enumerable: true });
    }
    return this;
  }

  async call(name: string, input: object = {}, { deadlineMs, signal }: CallOptions = {}): Promise<unknown> {
    const fn = this.#functions.get(name);
    if (fn === undefined) {
      const names = [...this.#functions.keys()].join(", ");
      const said = `kernel "${this.#name}" has no function "${name}"; it has: ${names}`;
      throw new HeddleError("FUNCTION_NOT_FOUND", said);
    }
    if (signal?.aborted === true) throw cancelled(fn);
    const payload = payloadOf(fn, input);
    const id = this.#nextId++;
    const cancel = (): void => this.#pool.cancel(id, 0, 1);
    signal?.addEventListener("abort", cancel);
    try {
      const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
      this.#waiters.set(id, { function: fn.name, resolve, reject });
      const sizes = Uint32Array.of(payload.length);
      const deadlineAt = deadlineMs === undefined ? Infinity : systemClock.now() + deadlineMs;
      this.#pool.submit({
        id,
        kernel: this.#kernel,
        function: name,
        count: 1,
        sizes,
        payloads: payload,
        deadlineAt,
      });
      return valueOf(fn, await promise);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  close(): Promise<void> {
    return this.#pool.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  #settle({ id, done, failures, payloads, rest }: BatchPart): void {
    const waiter = this.#waiters.get(id);
    if (!done || waiter === undefined) return;
    this.#waiters.delete(id);
    const failure = failures[0] ?? rest;
    if (failure === undefined) waiter.resolve(payloads);
    else waiter.reject(errorOf(failure));
  }

  #log({ batch, level, text }: LogEntry): void {
    // Lines come before the outcome of their call.
    this.logs.push({ level, function: this.#waiters.get(batch)?.function ?? "", text });
    if (this.logs.length > limits.loadedLogLinesMax) this.logs.shift();
  }
}

function cancelled(fn: CallableFunction): HeddleError {
  return new HeddleError("CANCELLED", `the call of ${fn.fullName} was cancelled by its signal`);
}

function errorOf({ code, reason, message }: BatchFailure): HeddleError {
  return new HeddleError(reason, message, { code: toCode(code) });
}
