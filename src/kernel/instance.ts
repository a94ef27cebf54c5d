import type { ByteArea } from "./copy-bytes.ts";
import type { InstanceForm } from "./instance-form.ts";
import type { InstanceOptions } from "./instance-state.ts";
import { RawInstance } from "./raw-instance.ts";
import type { KernelFailure } from "./trap.ts";
import { TypedInstance } from "./typed-instance.ts";
import { WasiInstance } from "./wasi-instance.ts";

/**
 * A kernel that can be called. Every call finds the state of a new instance, whatever the calls before it did. After
 * a call that succeeded, its result lies in `bytes` from `resultAt`, `resultSize` long, until the next call or reset.
 */
export interface KernelInstance {
  readonly bytes: Uint8Array;
  /** `bytes` again, for copying a result out of them. */
  readonly area: ByteArea;
  /** Address of the result of the last call. */
  readonly resultAt: number;
  readonly resultSize: number;
  /** Why the last call failed. */
  readonly failure: KernelFailure | undefined;
  /** How often a new instance took the place of a used one. */
  readonly rebuilds: number;
  /** The live exports, for tests and inspection. */
  readonly exports: WebAssembly.Exports;
  /**
   * Calls a function with a payload that lies in `source`. True: the result is there; false: `failure` says why not.
   * Throws only when a new instance was needed and could not be made: nothing has run then.
   */
  call(functionIndex: number, source: Uint8Array, offset: number, size: number): boolean;
  /** Puts the state back to that of a new instance. Calls do it themselves when it was not done before. */
  reset(): void;
  /** Takes the time of one call in ms, its reset included, and learns from it how to be put back at the least cost. */
  observe(callMs: number): void;
  /** The form for short calls is there now, of an instance that was made without. */
  offer(watched: InstanceForm): void;
}

/**
 * Instantiates a kernel; its start function runs. Throws BAD_IMPORT when the start function calls an import,
 * BAD_MODULE when it traps, MODULE_UNAVAILABLE when there is no memory for the instance.
 */
export function createInstance(options: InstanceOptions): KernelInstance {
  const { calls } = options.plan;
  switch (calls.kind) {
    case "typed":
      return new TypedInstance(options);
    case "raw":
      return new RawInstance(options, calls.types);
    case "wasi":
      return new WasiInstance(options, calls.program);
    default:
      return calls satisfies never;
  }
}
