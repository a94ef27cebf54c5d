/** What the kernel told `fail`. */
export class HostFailure extends Error {
  readonly code: number;
  readonly text: string;

  constructor(code: number, text: string) {
    super(`fail(0x${code.toString(16)}, ${JSON.stringify(text)})`);
    this.code = code;
    this.text = text;
  }
}

/** What decoder and arena mark their failures with. */
export const badPayload = 0x103;
export const memoryLimit = 0x208;

type KernelFunction = (...numbers: number[]) => number;

/** The smallest host of the module contract: a new instance for every call. */
export class TinyHost {
  readonly logs: string[] = [];
  readonly #module: WebAssembly.Module;
  #memory = new WebAssembly.Memory({ initial: 1 });

  constructor(wasm: Uint8Array) {
    this.#module = new WebAssembly.Module(Uint8Array.from(wasm));
  }

  /** Calls a function with bytes and gives its bytes. Throws HostFailure, or what V8 throws for a trap. */
  call(name: string, request: Uint8Array): Uint8Array {
    const { exports } = new WebAssembly.Instance(this.#module, {
      heddle: {
        fail: (code: number, at: number, size: number): void => {
          throw new HostFailure(code, this.#text(at, size));
        },
        log: (level: number, at: number, size: number): void => {
          this.logs.push(`${level} ${this.#text(at, size)}`);
        },
      },
    });
    const { memory } = exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Error("the module exports no memory");
    this.#memory = memory;
    const at = functionOf(exports, "heddle_alloc")(request.length);
    new Uint8Array(memory.buffer).set(request, at);
    const header = functionOf(exports, name)(at, request.length);
    const view = new DataView(memory.buffer);
    const start = view.getUint32(header, true);
    return new Uint8Array(memory.buffer).slice(start, start + view.getUint32(header + 4, true));
  }

  /** Pages of the last instance. */
  get pages(): number {
    return this.#memory.buffer.byteLength / 65_536;
  }

  #text(at: number, size: number): string {
    return Buffer.from(this.#memory.buffer, at, size).toString("utf8");
  }
}

function functionOf(exports: WebAssembly.Exports, name: string): KernelFunction {
  const found = exports[name];
  if (typeof found !== "function") throw new Error(`the module exports no function "${name}"`);
  return found as KernelFunction; // exports of type function take and give numbers here
}

/** What runs and gives an error, or undefined when it gave none. */
export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
