/**
 * Fresh state for every call: memory (size and bytes), mutable globals and tables equal those of a new instance just
 * after its start function.
 *
 * An image of that state is kept, and the steps below put it back in order. A step that made the instance anew ends
 * the list. What the image cannot hold (tables, dropped segments, references, see the plan) or is too large to be
 * copied cheaply gives a new instance; so does memory that has grown, since memory cannot shrink. No step guesses what
 * a call may have left alone: a kernel's word for it would be a promise by the one who breaks it. What limits the
 * clearing is a mark that code of ours keeps inside the kernel's (`watched-stores.ts`), where that is worth its while.
 *
 * 64 KiB take about 1 µs to restore and a new instance 25 µs and more; see bench/ for the figures.
 */
import { limits } from "../base/limits.ts";
import type { ResetPlan } from "./normalize.ts";

/** State of a new instance just after its start function. */
export interface StateImage {
  /** Memory up to its last byte that is not zero. */
  readonly head: Uint8Array;
  /** All of memory. */
  readonly sizeBytes: number;
  readonly globals: readonly (number | bigint)[];
}

/** An instance as the steps see it. */
export interface ResetTarget {
  readonly plan: ResetPlan;
  /** Undefined when the state of this module cannot be kept as an image. */
  readonly image: StateImage | undefined;
  /** All of memory; its length is 0 after memory has grown. */
  readonly bytes: Uint8Array;
  /** At and above this address memory is as it was in the image; at most its size. */
  readonly writtenEnd: number;
  readonly globals: readonly WebAssembly.Global[];
  /** Makes `bytes` cover memory again. */
  refreshBytes(): void;
  /** Forgets what was written: memory is as it was in the image. */
  forgetWritten(): void;
  /** Does what `clearRest` and `restoreGlobals` do inside of the module, in one call; false where that is not offered. */
  restoreInside(): boolean;
  /** Puts a new instance in the place of the present one. */
  rebuild(): void;
}

/** One part of the restoring. True: the instance is new, nothing is left to do. */
export type ResetStep = (target: ResetTarget) => boolean;

/** The steps, in order; all are needed. */
export const resetSteps: readonly ResetStep[] = [
  rebuildUnrestorable,
  rebuildGrown,
  restoreHead,
  clearRest,
  restoreGlobals,
];

/** All steps, by name: V8 makes one piece of code of that, and not of a list. */
export function restoreState(target: ResetTarget): void {
  if (rebuildUnrestorable(target) || rebuildGrown(target)) return;
  restoreHead(target);
  if (target.restoreInside()) return;
  clearRest(target);
  restoreGlobals(target);
}

/** Keeps the state of a new instance, or gives undefined when it cannot be put back by copying. */
export function captureImage(
  plan: ResetPlan,
  bytes: Uint8Array,
  globals: readonly WebAssembly.Global[],
): StateImage | undefined {
  if (plan.kind === "rebuild" || bytes.length > limits.resetImageMaxBytes) return undefined;
  const values = globals.map((global) => global.value);
  // The way through JavaScript may change the bits of a NaN.
  if (values.some((value) => Number.isNaN(value))) return undefined;
  let size = bytes.length;
  while (size > 0 && bytes[size - 1] === 0) size--;
  return { head: bytes.slice(0, size), sizeBytes: bytes.length, globals: values };
}

export function rebuildUnrestorable(target: ResetTarget): boolean {
  if (target.image !== undefined) return false;
  target.rebuild();
  return true;
}

export function rebuildGrown(target: ResetTarget): boolean {
  const { image } = target;
  if (image === undefined) return false;
  const looksGrown = target.bytes.length !== image.sizeBytes || image.sizeBytes === 0; // none may be a lost view
  if (!looksGrown) return false;
  target.refreshBytes(); // growing by nothing leaves the size alone and takes the view away too
  if (target.bytes.length === image.sizeBytes) return false;
  target.rebuild();
  return true;
}

export function restoreHead(target: ResetTarget): boolean {
  if (target.image !== undefined) target.bytes.set(target.image.head);
  return false;
}

export function clearRest(target: ResetTarget): boolean {
  const { bytes, image, writtenEnd } = target;
  if (image === undefined) return false;
  if (writtenEnd > image.head.length) bytes.fill(0, image.head.length, writtenEnd);
  target.forgetWritten();
  return false;
}

export function restoreGlobals(target: ResetTarget): boolean {
  const { globals, image } = target;
  if (image === undefined) return false;
  for (let index = 0; index < globals.length; index++) {
    const global = globals[index];
    const value = image.globals[index];
    if (global !== undefined && value !== undefined) global.value = value;
  }
  return false;
}
