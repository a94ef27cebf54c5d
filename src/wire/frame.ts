/**
 * The frames of Session and Execute as values. `frame-writer.ts` and `frame-reader.ts` turn them into the protobuf
 * messages of `heddle/v1/invocation.proto` and back by hand: the columns of a frame stay typed arrays and its payloads
 * stay one slice of the message that brought them, which no generic protobuf library offers. All four stream messages
 * use the same field numbers.
 */

import type { Bytes } from "../base/rope.ts";

/** Field numbers of SessionRequest, SessionResponse, ExecuteRequest and ExecuteResponse. */
export const frameField = {
  hello: 1,
  welcome: 1,
  function: 2,
  batch: 3,
  chunk: 4,
  cancel: 5,
  result: 6,
  credit: 7,
  log: 8,
  pause: 9,
} as const;

/** Bytes of a parent span on the wire: trace id, span id, flags. */
export const traceBytes = 25;

export const noBytes = new Uint8Array(0);
export const noSizes = new Uint32Array(0);
export const noTimes = new Float32Array(0);

export interface HelloFrame {
  readonly version: string;
  readonly clientId: string;
  readonly bulk: boolean;
  readonly namespace: string;
  readonly principal: string;
  readonly epoch: number;
}

export interface WelcomeFrame {
  readonly version: string;
  readonly id: string;
  readonly incarnation: number;
  readonly windowBytes: number;
  readonly windowItems: number;
  readonly workers: number;
  /** Of a gateway, for clients on its machine; empty for none. */
  readonly unixPath: string;
  /** Where a gateway listens; 0 when it says no `unixPath`. */
  readonly port: number;
}

export interface FunctionFrame {
  readonly number: number;
  readonly kernel: string;
  readonly function: string;
  /** 32 bytes, or empty for whatever the name points to. */
  readonly digest: Uint8Array;
  readonly timeLimitMs: number;
  readonly memoryMaxBytes: number;
  readonly namespace: string;
  /** Digest of the version whose descriptor the client encodes by, 32 bytes; empty if it does not say. */
  readonly schema: Uint8Array;
  /** Addresses of nodes that have the module (Execute). */
  readonly peers: readonly string[];
}

/** A function frame with nothing in it, to spread over. */
export const emptyFunction: FunctionFrame = {
  number: 0,
  kernel: "",
  function: "",
  digest: noBytes,
  timeLimitMs: 0,
  memoryMaxBytes: 0,
  namespace: "",
  schema: noBytes,
  peers: [],
};

/** Items [first, first + count) of a batch or map. `sizes` has `count` elements that add up to `payloads.length`. */
export interface BatchFrame {
  readonly id: number;
  readonly function: number;
  readonly first: number;
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Bytes;
  readonly bulkBytes: number;
  readonly open: boolean;
  /** Time left in ms; 0 is none. */
  readonly deadlineMs: number;
  readonly priority: number;
  readonly attempt: number;
  readonly incarnation: number;
  readonly affinity: string;
  readonly idempotencyKey: string;
  readonly trace: Uint8Array;
  readonly traces: Uint8Array;
  /** Positions of the items that have a parent span, ascending, where `traces` would be mostly zeros. */
  readonly tracedItems: Uint32Array;
  /** Parent spans of `tracedItems`. */
  readonly tracedParents: Uint8Array;
  readonly deadlinesMs: Uint32Array;
  readonly attemptsMax: number;
  readonly principal: string;
}

/** A batch frame with nothing in it, to spread over. */
export const emptyBatch: BatchFrame = {
  id: 0,
  function: 0,
  first: 0,
  count: 0,
  sizes: noSizes,
  payloads: noBytes,
  bulkBytes: 0,
  open: false,
  deadlineMs: 0,
  priority: 0,
  attempt: 0,
  incarnation: 0,
  affinity: "",
  idempotencyKey: "",
  trace: noBytes,
  traces: noBytes,
  tracedItems: noSizes,
  tracedParents: noBytes,
  deadlinesMs: noSizes,
  attemptsMax: 0,
  principal: "",
};

export interface CancelFrame {
  readonly id: number;
  readonly first: number;
  /** 0 is all from `first` on. */
  readonly count: number;
}

export interface ItemErrorFrame {
  readonly index: number;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: Uint8Array;
  readonly attempts: number;
  readonly node: string;
  readonly retryAfterMs: number;
  /** How many items from `index` on failed alike; 0 is one. */
  readonly count: number;
}

export interface EarlierAttemptFrame {
  readonly number: number;
  readonly node: string;
  readonly reason: string;
}

/** Outcomes of items [first, first + count). `sizes` and `runMs` have `count` elements or none. */
export interface ResultFrame {
  readonly id: number;
  readonly first: number;
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Bytes;
  readonly bulkBytes: number;
  readonly errors: readonly ItemErrorFrame[];
  readonly done: boolean;
  readonly rest: ItemErrorFrame | undefined;
  readonly runMs: Float32Array;
  readonly queuedMs: number;
  readonly coldMs: number;
  readonly worker: number;
  readonly node: string;
  readonly attempt: number;
  readonly incarnation: number;
  readonly memoryBytes: number;
  readonly earlier: readonly EarlierAttemptFrame[];
  /** Of the version that a map runs on, with its first outcomes for a client; else empty. */
  readonly digest: Uint8Array;
}

/** A result frame with nothing in it, to spread over. */
export const emptyResult: ResultFrame = {
  id: 0,
  first: 0,
  count: 0,
  sizes: noSizes,
  payloads: noBytes,
  bulkBytes: 0,
  errors: [],
  done: false,
  rest: undefined,
  runMs: noTimes,
  queuedMs: 0,
  coldMs: 0,
  worker: 0,
  node: "",
  attempt: 0,
  incarnation: 0,
  memoryBytes: 0,
  earlier: [],
  digest: noBytes,
};

export interface CreditFrame {
  readonly queueMs: number;
  readonly queueBytes: number;
  readonly attempts: number;
  readonly draining: boolean;
  /** Items that run long hold all workers. */
  readonly held: boolean;
}

/** The caller of a batch holds as many of its results as it wants, or wants more again. */
export interface PauseFrame {
  readonly id: number;
  readonly paused: boolean;
}

/** A line that a kernel logged in an item of an attempt. */
export interface LogFrame {
  /** The attempt. */
  readonly id: number;
  /** Index of the item in its batch. */
  readonly index: number;
  /** 0 debug, 1 info, 2 warn, 3 error. */
  readonly level: number;
  readonly text: string;
  /** When it was written, in ms since the epoch. */
  readonly timeMs: number;
}

/** Who takes frames off a message, in the order they stand in it. */
export interface FrameSink {
  /** The first field of a message, for the side that expects a Hello. */
  hello(frame: HelloFrame): void;
  welcome(frame: WelcomeFrame): void;
  function(frame: FunctionFrame): void;
  batch(frame: BatchFrame): void;
  chunk(id: number, data: Uint8Array): void;
  cancel(frame: CancelFrame): void;
  /** Frames whose payloads will not come, since all their items were cancelled meanwhile; bytes and sizes are to be ignored. */
  droppedBatch?(frame: BatchFrame): void;
  droppedResult?(frame: ResultFrame): void;
  /** Not for those that take no batches from clients. */
  pause?(frame: PauseFrame): void;
  result(frame: ResultFrame): void;
  credit(frame: CreditFrame): void;
  log(frame: LogFrame): void;
}
