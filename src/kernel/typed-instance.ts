import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { byteArea, copyBytes, type ByteArea } from "./copy-bytes.ts";
import type { KernelInstance } from "./instance.ts";
import type { InstanceForm } from "./instance-form.ts";
import { InstanceState, type InstanceOptions } from "./instance-state.ts";
import { allocExport } from "./signature.ts";
import { kernelFailure, type KernelFailure } from "./trap.ts";

type KernelExport = (...args: number[]) => number;

/** An instance of a typed module: request and response are bytes in its memory. */
export class TypedInstance implements KernelInstance {
  resultAt = 0;
  resultSize = 0;
  failure: KernelFailure | undefined = undefined;
  readonly #state: InstanceState;
  readonly #names: readonly string[];
  #alloc: KernelExport = unbound;
  #functions: readonly KernelExport[] = [];
  /** Where the last request lay; the next one mostly lies there as well. */
  #source: ByteArea = byteArea(new Uint8Array(0));

  constructor(options: InstanceOptions) {
    this.#names = options.functions;
    this.#state = new InstanceState(options, { bind: (exports) => this.#bind(exports) });
  }

  get bytes(): Uint8Array {
    return this.#state.bytes;
  }

  get area(): ByteArea {
    return this.#state.area;
  }

  get rebuilds(): number {
    return this.#state.rebuilds;
  }

  get exports(): WebAssembly.Exports {
    return this.#state.exports;
  }

  call(functionIndex: number, source: Uint8Array, offset: number, size: number): boolean {
    const state = this.#state;
    this.failure = undefined;
    if (size > state.payloadMaxBytes) return this.#give(state.tooLarge(size));
    state.begin();
    try {
      return this.#run(state, functionIndex, source, offset, size);
    } catch (error) {
      return this.#give(state.trapped(error, functionIndex));
    } finally {
      state.end();
    }
  }

  reset(): void {
    this.#state.reset();
  }

  observe(callMs: number): void {
    this.#state.observe(callMs);
  }

  offer(watched: InstanceForm): void {
    this.#state.choice.offer(watched);
  }

  #bind(exports: WebAssembly.Exports): boolean {
    const alloc = exports[allocExport];
    const functions = this.#names.map((name) => exports[name]);
    if (typeof alloc !== "function" || !functions.every(isFunction)) return false;
    this.#alloc = alloc;
    this.#functions = functions;
    return true;
  }

  #run(state: InstanceState, functionIndex: number, source: Uint8Array, offset: number, size: number) {
    const at = this.#alloc(size) >>> 0;
    if (state.bytes.length === 0) state.refreshBytes();
    if (state.failed !== undefined) return this.#give(state.failed);
    if (at + size > state.bytes.length) {
      return this.#give(this.#bad(functionIndex, `${allocExport}(${size}) gave the address ${at}`));
    }
    state.hostWrites(at + size);
    if (this.#source.bytes !== source) this.#source = byteArea(source);
    copyBytes(state.area, at, this.#source, offset, size);
    const header = (this.#functions[functionIndex] ?? unbound)(at, size) >>> 0;
    // A kernel that catches everything may go on after `fail`: what it returns then does not count.
    if (state.failed !== undefined) return this.#give(state.failed);
    if (state.bytes.length === 0) state.refreshBytes();
    const { bytes, words } = state.area;
    if (header + 8 > bytes.length) {
      return this.#give(this.#bad(functionIndex, `it returned the address ${header}`));
    }
    this.resultAt = words.getUint32(header, true);
    this.resultSize = words.getUint32(header + 4, true);
    if (this.resultAt + this.resultSize > bytes.length) {
      const range = `its result is said to be ${this.resultSize} bytes at ${this.resultAt}`;
      return this.#give(this.#bad(functionIndex, range));
    }
    if (this.resultSize > limits.payloadMaxBytes) {
      const said = `function "${state.name(functionIndex)}": the result has ${this.resultSize} bytes`;
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
    const memory = `memory has ${this.#state.bytes.length} bytes`;
    return kernelFailure(
      "KERNEL_BAD_RESULT",
      `function "${this.#state.name(functionIndex)}": ${said}, ${memory}`,
    );
  }
}

function isFunction(value: unknown): value is KernelExport {
  return typeof value === "function";
}

function unbound(): number {
  throw new HeddleError("INTERNAL", "a function was called that the instance does not have");
}
