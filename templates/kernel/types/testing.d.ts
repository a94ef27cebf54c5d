/** What tests of kernels import from the command `heddle`. */

declare module "heddle/testing" {
  /** The gRPC status codes. */
  export const Code: {
    readonly OK: 0;
    readonly CANCELLED: 1;
    readonly UNKNOWN: 2;
    readonly INVALID_ARGUMENT: 3;
    readonly DEADLINE_EXCEEDED: 4;
    readonly NOT_FOUND: 5;
    readonly ALREADY_EXISTS: 6;
    readonly PERMISSION_DENIED: 7;
    readonly RESOURCE_EXHAUSTED: 8;
    readonly FAILED_PRECONDITION: 9;
    readonly ABORTED: 10;
    readonly OUT_OF_RANGE: 11;
    readonly UNIMPLEMENTED: 12;
    readonly INTERNAL: 13;
    readonly UNAVAILABLE: 14;
    readonly DATA_LOSS: 15;
    readonly UNAUTHENTICATED: 16;
  };

  /** How a call fails. */
  export class HeddleError extends Error {
    /** The gRPC code. */
    readonly code: (typeof Code)[keyof typeof Code];
    /** A stable reason: KERNEL_FAILED, KERNEL_TRAP, TIME_LIMIT, MEMORY_LIMIT, BAD_PAYLOAD, … */
    readonly reason: string;
    /** What is wrong, in a sentence. */
    readonly rawMessage: string;
  }

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
  }

  /** A line that the kernel logged. */
  export interface LogLine {
    readonly level: "debug" | "info" | "warn" | "error";
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

  /** A kernel whose functions can be called. */
  export type LoadedKernel<Kernel extends object> = KernelHandle & {
    readonly [Name in Exclude<keyof Kernel, keyof KernelHandle | "then">]: Kernel[Name] extends (
      ...args: infer Args
    ) => Promise<infer Value>
      ? (...args: [...input: Args, options?: CallOptions]) => Promise<Value>
      : never;
  };

  /** Loads a kernel: a `.ts` source, which is built, a `.wasm` module, or a module's bytes. */
  export function loadKernel<Kernel extends object>(
    source: string | URL | Uint8Array,
    options?: LoadOptions,
  ): Promise<LoadedKernel<Kernel>>;
}
