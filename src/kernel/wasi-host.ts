/**
 * What a WASI command finds: its arguments, its environment, three streams in memory, a clock, random bytes. No files,
 * no sockets, no waiting. The functions are those of a kept shim; what it would do wrongly or without a bound (argument
 * sizes of texts beyond ASCII, waiting in a loop, vectors and paths of any length) is replaced here.
 */
import { WASI, wasi } from "@bjorn3/browser_wasi_shim";
import { limits } from "../base/limits.ts";
import { kernelFailure, type KernelFailure } from "./trap.ts";
import { wasiImports, wasiModule } from "./wasi-imports.ts";
import { InputStream, OutputStream, type OutputBudget } from "./wasi-streams.ts";

/** What one run is given. */
export interface CommandInput {
  readonly stdin: Uint8Array;
  readonly args: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
}

/** Thrown to leave the command; what it means is kept beside, as the command may catch what is thrown. */
const leave = Symbol("the command has ended");
/** Not more pieces than that in one read or write; POSIX systems have the same bound. */
const vectorsMax = 1024;
const vectored = new Set(["fd_read", "fd_write", "fd_pread", "fd_pwrite"]);
const writes = new Set(["fd_write", "fd_pwrite"]);
const absent = ["poll_oneoff", "sock_accept", "sock_recv", "sock_send", "sock_shutdown"];

type Call = (...args: (number | bigint)[]) => unknown;

/** The host of a command's runs, one after the other. */
export class WasiHost {
  /** For the instance. */
  readonly imports: Readonly<Record<string, WebAssembly.ModuleImports>>;
  /** Set once the command called `proc_exit`. */
  exitCode: number | undefined = undefined;
  /** Set when the host ended the run. */
  failure: KernelFailure | undefined = undefined;
  stdout: OutputStream;
  stderr: OutputStream;
  /** An import that was called before the run began, by the start function. */
  calledEarly: string | undefined = undefined;
  readonly #shim = new WASI([], [], [], { debug: false });
  readonly #shimCalls: Readonly<Record<string, Call>> = this.#shim.wasiImport;
  #budget: OutputBudget;
  #state: "idle" | "running" | "ended" = "idle";

  constructor() {
    const own = this.#ownCalls();
    const names = [...wasiImports.keys()];
    const calls = names.map(
      (name) => [name, this.#guarded(name, own[name] ?? this.#shimCalls[name])] as const,
    );
    this.imports = { [wasiModule]: Object.fromEntries(calls) };
    this.#budget = this.#newBudget();
    this.stdout = this.stderr = new OutputStream(this.#budget);
  }

  /** The memory that the calls are about. */
  bind(memory: WebAssembly.Memory): void {
    this.#shim.inst = { exports: { memory } };
    this.#state = "idle";
  }

  /** Gets ready for a run. */
  begin({ stdin, args, env }: CommandInput): void {
    this.#budget = this.#newBudget();
    this.stdout = new OutputStream(this.#budget);
    this.stderr = new OutputStream(this.#budget);
    this.#shim.fds = [new InputStream(stdin), this.stdout, this.stderr];
    this.#shim.args = [...args];
    this.#shim.env = [...env];
    this.exitCode = undefined;
    this.failure = undefined;
    this.#state = "running";
  }

  #newBudget(): OutputBudget {
    const most = limits.payloadMaxBytes - limits.commandOutputOverheadBytes;
    const exhausted = (): never => {
      this.failure = kernelFailure("RESULT_TOO_LARGE", `the command wrote more than ${most} bytes`);
      return this.#leave();
    };
    return { bytesLeft: most, exhausted };
  }

  #leave(): never {
    this.#state = "ended";
    throw leave;
  }

  #guarded(name: string, call: Call | undefined): Call {
    const bounded = vectored.has(name);
    return (...args) => {
      if (this.#state !== "running") {
        if (this.#state === "idle") this.calledEarly = `${wasiModule}.${name}`;
        throw leave;
      }
      if (bounded && Number(args[2]) >>> 0 > vectorsMax) return wasi.ERRNO_INVAL;
      if (writes.has(name)) this.#checkWrite(Number(args[1]), Number(args[2]));
      return call === undefined ? wasi.ERRNO_NOSYS : call(...args);
    };
  }

  /** Ends the run before the shim copies more than may be written. */
  #checkWrite(at: number, count: number): void {
    const view = new DataView(this.#shim.inst.exports.memory.buffer);
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += view.getUint32(at + 8 * index + 4, true);
    if (bytes > this.#budget.bytesLeft) this.#budget.exhausted();
  }

  #ownCalls(): Readonly<Record<string, Call>> {
    const missing = absent.map((name) => [name, () => wasi.ERRNO_NOSYS] as const);
    // There are no directories, so no path leads anywhere.
    const paths = [...wasiImports.keys()].filter((name) => name.startsWith("path_"));
    const nowhere = paths.map((name) => [name, () => wasi.ERRNO_BADF] as const);
    return {
      ...Object.fromEntries([...missing, ...nowhere]),
      args_sizes_get: (count, size) => {
        const view = new DataView(this.#shim.inst.exports.memory.buffer);
        const bytes = this.#shim.args.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0);
        view.setUint32(Number(count), this.#shim.args.length, true);
        view.setUint32(Number(size), bytes, true);
        return wasi.ERRNO_SUCCESS;
      },
      proc_exit: (code) => {
        this.exitCode = Number(code) | 0;
        return this.#leave();
      },
      proc_raise: (signal) => {
        this.failure = kernelFailure("KERNEL_TRAP", `the command raised the signal ${Number(signal)}`);
        return this.#leave();
      },
    };
  }
}
