/** What the gateway remembers of a function, a batch and an attempt while they are in use. */
import type { AttemptId, BatchId, KernelDigest } from "../base/ids.ts";
import type { FunctionPolicy } from "../scheduler/event.ts";
import type { AttemptSpan } from "../telemetry/spans.ts";
import type { EarlierAttemptFrame, ResultFrame } from "../wire/frame.ts";
import type { NodeLink } from "./node-link.ts";
import type { Payloads } from "../wire/payloads.ts";

/** A function of one version of a kernel. One object per pair, so that it may be compared and used as a key. */
export interface FunctionRecord {
  readonly kernel: string;
  readonly name: string;
  readonly digest: KernelDigest;
  readonly timeLimitMs: number;
  readonly memoryMaxBytes: number;
  readonly pure: boolean;
  /** What it is known by to the scheduler: version and name. One string for all calls, since to hash it takes 1 µs. */
  readonly key: string;
}

/** Where the outcomes of a batch go. */
export interface BatchClient {
  /** Fairness key: who it is. */
  readonly key: string;
  /** Outcomes of some items; `id` is to be replaced by the client's own. */
  result(batch: BatchRecord, frame: ResultFrame): void;
  /** Every item has its outcome. */
  settled(batch: BatchRecord): void;
}

/** A try that did not settle its items. */
export interface EarlierRange {
  readonly first: number;
  readonly count: number;
  readonly tried: EarlierAttemptFrame;
}

/** A batch or a map from its submission to its settlement. */
export interface BatchRecord {
  readonly id: BatchId;
  /** The client's own number of it. */
  readonly clientId: number;
  readonly client: BatchClient;
  readonly function: FunctionRecord;
  readonly policy: FunctionPolicy;
  readonly deadlineAt: number;
  readonly priority: number;
  readonly principal: string;
  readonly affinity: string;
  /** Parent span of all items, or empty. */
  readonly trace: Uint8Array;
  /** Parent spans of single items, 25 bytes each, or empty; only for batches that came in one frame. */
  readonly traces: Uint8Array;
  /** Which items `traces` are of, ascending; default: one of each item. */
  readonly tracedItems?: Uint32Array | undefined;
  readonly payloads: Payloads;
  readonly earlier: EarlierRange[];
}

/** An attempt on a node. */
export interface AttemptRecord {
  readonly id: AttemptId;
  readonly batch: BatchRecord;
  readonly first: number;
  readonly count: number;
  readonly number: number;
  readonly link: NodeLink;
  readonly spans: readonly AttemptSpan[];
}
