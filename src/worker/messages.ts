/** Every message between a worker and its host. Batches do not go by message: see `batch-memory.ts`. */
import type { MessagePort } from "node:worker_threads";
import type { KernelDigest } from "../base/ids.ts";
import type { AdmittedKernel } from "../kernel/admission.ts";
import type { InstancePlan } from "../kernel/call-plan.ts";
import type { InstanceForm } from "../kernel/instance-form.ts";
import type { BatchFailure } from "./batch.ts";
import type { BatchBuffers } from "./batch-memory.ts";

/** Words of the memory that a worker shares with its host for as long as it lives. */
export const ControlWord = {
  /** The host adds one when there is something new; an idle worker waits for it. */
  BELL: 0,
  /** Messages the host has posted so far. */
  POSTED: 1,
  /** 1: the worker has rung and the host has not looked yet, so that one message is enough for several events. */
  RUNG: 2,
} as const;

/** What a thread is started with. */
export interface ThreadData {
  readonly port: MessagePort;
  readonly control: SharedArrayBuffer;
  readonly slots: readonly [BatchBuffers, BatchBuffers];
  /** See `log-ring.ts`. */
  readonly log: SharedArrayBuffer;
}

/** From the host. */
export type ToWorker =
  /** The memory of a slot is replaced by a larger or smaller one. */
  | { readonly kind: "memory"; readonly slot: 0 | 1; readonly buffers: BatchBuffers }
  | KernelMessage
  /** The kernel is not used any more. */
  | { readonly kind: "forget"; readonly number: number };

/** Batches name the kernel by this number from now on. It comes again when the kernel has got its form for short calls. */
export interface KernelMessage {
  readonly kind: "kernel";
  readonly number: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly functions: readonly string[];
  readonly watched: InstanceForm | undefined;
}

/** From the worker. */
export type ToHost =
  | { readonly kind: "ready" }
  /** Something was finished, or output waits to be taken. */
  | { readonly kind: "bell" };

/** What an admission thread is started with. */
export interface AdmissionData {
  /** Brings the module's bytes, once. */
  readonly port: MessagePort;
}

/** To an admission thread, once. */
export interface ToAdmission {
  readonly bytes: Uint8Array;
  /** Of the bytes. */
  readonly digest: KernelDigest;
}

/** From an admission thread, in this order; an error can come in place of each. */
export type FromAdmission =
  | { readonly kind: "starting" }
  | { readonly kind: "admitted"; readonly kernel: AdmittedKernel }
  | { readonly kind: "refused"; readonly failure: BatchFailure };
