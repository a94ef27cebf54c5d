/** Modules run by WebAssembly alone, without any of Heddle: what the fabric must give as well. */

/** What a call gave; undefined when it trapped. */
export type Bare<T> = T | undefined;

type AnyFunction = (...args: unknown[]) => unknown;

function functionOf(instance: WebAssembly.Instance, name: string): AnyFunction {
  const found = instance.exports[name];
  if (typeof found !== "function") throw new Error(`${name} is no function`);
  return found as AnyFunction; // takes and gives numbers, bigints or nothing
}

/** Calls a function of numbers in a new instance; its results in a list. */
export function bareCall(
  module: WebAssembly.Module,
  name: string,
  args: readonly unknown[],
): Bare<unknown[]> {
  try {
    const result = functionOf(new WebAssembly.Instance(module, {}), name)(...args);
    return Array.isArray(result) ? result : result === undefined ? [] : [result];
  } catch {
    return undefined;
  }
}

/** Calls a function of messages, by ABI 1. */
export function bareTyped(module: WebAssembly.Module, name: string, request: Uint8Array): Bare<Uint8Array> {
  try {
    const instance = new WebAssembly.Instance(module, {});
    const memory = memoryOf(instance);
    const at = Number(functionOf(instance, "heddle_alloc")(request.length));
    new Uint8Array(memory.buffer).set(request, at);
    const header = Number(functionOf(instance, name)(at, request.length));
    const view = new DataView(memory.buffer);
    const [start, size] = [view.getUint32(header, true), view.getUint32(header + 4, true)];
    return new Uint8Array(memory.buffer).slice(start, start + size);
  } catch {
    return undefined;
  }
}

/** What a command left. */
export interface Left {
  readonly stdout: number[];
  readonly stderr: number[];
  readonly exitCode: number;
}

/** Runs a command on a host that knows stdin, stdout, stderr and the exit. */
export function bareCommand(module: WebAssembly.Module, stdin: Uint8Array): Bare<Left> {
  const written: [number[], number[]] = [[], []];
  const exit: { code?: number } = {};
  let read = 0;
  let memory: WebAssembly.Memory | undefined;
  const bytes = (): DataView => new DataView((memory ?? new WebAssembly.Memory({ initial: 0 })).buffer);
  const vector = (at: number) => [bytes().getUint32(at, true), bytes().getUint32(at + 4, true)] as const;
  const imports = {
    fd_read: (_fd: number, at: number, _count: number, into: number): number => {
      const [start, size] = vector(at);
      const part = stdin.subarray(read, read + size);
      new Uint8Array(bytes().buffer).set(part, start);
      read += part.length;
      bytes().setUint32(into, part.length, true);
      return 0;
    },
    fd_write: (fd: number, at: number, _count: number, into: number): number => {
      const [start, size] = vector(at);
      written[fd === 1 ? 0 : 1].push(...new Uint8Array(bytes().buffer).subarray(start, start + size));
      bytes().setUint32(into, size, true);
      return 0;
    },
    proc_exit: (code: number): never => {
      exit.code = code;
      throw new Error("exit");
    },
  };
  try {
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
    memory = memoryOf(instance);
    functionOf(instance, "_start")();
  } catch {
    if (exit.code === undefined) return undefined;
  }
  return { stdout: written[0], stderr: written[1], exitCode: exit.code ?? 0 };
}

function memoryOf(instance: WebAssembly.Instance): WebAssembly.Memory {
  const { memory } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("it exports no memory");
  return memory;
}
