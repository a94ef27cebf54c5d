import type { HeddleError } from "../base/error.ts";
import type { Bytes } from "../base/rope.ts";
import type { LogLevel } from "../kernel/host-imports.ts";
import type { KernelModule } from "../kernel/load.ts";

/** Invocations of one function that a worker runs one after the other. */
export interface WorkerBatch {
  /** Names the batch in `cancel` and in its parts; unique among the batches of a pool. */
  readonly id: number;
  readonly kernel: KernelModule;
  readonly function: string;
  readonly count: number;
  /** Bytes of each payload. */
  readonly sizes: Uint32Array;
  /** The payloads, one after the other. */
  readonly payloads: Bytes;
  /** Where the first payload begins in `payloads`; default 0. */
  readonly offset?: number;
  /** On the scale of `systemClock`; Infinity for none. */
  readonly deadlineAt: number;
  /** How long it will run by what is known of the function; default: nobody knows. A short batch does not wait for long ones. */
  readonly estimatedMs?: number;
  /** None of its items is known to run long: it may go to a thread of the lane. Default false. */
  readonly shortItems?: boolean;
  /** What waits behind an item that runs long may be handed back unstarted, see `takenBack`. Default false. */
  readonly divisible?: boolean;
}

/** Why something failed. */
export interface BatchFailure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** An item that failed. */
export interface ItemFailure extends BatchFailure {
  /** Index in the batch. */
  readonly index: number;
}

/**
 * Outcomes of the items [first, first + count) of a batch. Parts of a batch come in order, without gaps, the last one
 * with `done`; a part may be empty. The arrays are copies and belong to the receiver.
 */
export interface BatchPart {
  readonly id: number;
  readonly first: number;
  readonly count: number;
  /** Bytes of each result; 0 for one that failed. */
  readonly sizes: Uint32Array;
  /** The results, one after the other. */
  readonly payloads: Uint8Array;
  /** Of this part, in ascending order. */
  readonly failures: readonly ItemFailure[];
  /** Time each item took, restoring the state included. */
  readonly runMs: Float32Array;
  /** From `submit` to the first item; the same in every part of a batch. */
  readonly queuedMs: number;
  /** Making the instance, when there was none yet; the same in every part of a batch. */
  readonly coldMs: number;
  /** Number of the worker; −1 when none ever had the batch. */
  readonly worker: number;
  /** This is the last part. */
  readonly done: boolean;
  /** With `done`: why the items that no part has reported were not started. */
  readonly rest?: BatchFailure;
  /** Items from here to the end of the batch were taken back from the worker and will not start. */
  readonly takenBack?: number;
}

/** A line that a kernel logged. */
export interface LogEntry {
  readonly batch: number;
  /** Index of the item in the batch. */
  readonly index: number;
  readonly level: LogLevel;
  readonly text: string;
  /** When it was written, on the scale of `systemClock`. */
  readonly timeMs: number;
}

/** An error as a failure of a batch or an item. */
export function toFailure({ code, reason, rawMessage }: HeddleError): BatchFailure {
  return { code, reason, message: rawMessage };
}
