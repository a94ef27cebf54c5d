/** Branded identifiers, so that a node's id cannot be passed where a digest is meant. */
declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A node's name; lasts with its data folder. */
export type NodeId = Branded<string, "NodeId">;
/** One boot of a node: milliseconds since the epoch at start, made unique by the node. */
export type Incarnation = number;
/** sha-256 of the uploaded bytes of a module, 64 lower-case hex digits. */
export type KernelDigest = Branded<string, "KernelDigest">;
/** A batch of invocations or a map as the scheduler numbers it; unique within one scheduler process. */
export type BatchId = Branded<number, "BatchId">;
/** One try of a range of a batch on one node; unique within one scheduler process. */
export type AttemptId = Branded<number, "AttemptId">;

export const nodeId = (text: string): NodeId => text as NodeId; // the brand is a promise, made here alone
export const batchId = (value: number): BatchId => value as BatchId; // as above
export const attemptId = (value: number): AttemptId => value as AttemptId; // as above

const digestPattern = /^[0-9a-f]{64}$/;

/** Narrows 64 lower-case hex digits to a digest, or gives undefined. */
export function toKernelDigest(text: string): KernelDigest | undefined {
  return digestPattern.test(text) ? (text as KernelDigest) : undefined; // the pattern is the type's promise
}
