/**
 * What the scheduler remembers, as plain data. Each noun is changed in one file: nodes in membership.ts and
 * capacity.ts, batches in batch.ts and settlement.ts, attempts in attempt.ts.
 */
import type { Deque } from "../base/deque.ts";
import type { AttemptId, BatchId, Incarnation, NodeId } from "../base/ids.ts";
import type { IndexSet } from "../base/index-set.ts";
import type { Linked } from "../base/linked-list.ts";
import type { MovingAverage } from "../base/moving-average.ts";
import type { Random } from "../base/random.ts";
import { TimerHeap, type HeapTimer } from "../base/timer-heap.ts";
import type { Action } from "./action.ts";
import { createCapacity, type Capacity, type PoolName } from "./capacity.ts";
import type { FunctionPolicy } from "./event.ts";
import type { SchedulerOptions } from "./options.ts";
import { choosePlacement } from "./placement/choose-placement.ts";
import type { Placement } from "./placement/placement.ts";
import { FairQueue, type Lane } from "./queue.ts";

/** Everything of one scheduler. */
export interface SchedulerState {
  readonly options: SchedulerOptions;
  readonly random: Random;
  readonly placement: Placement;
  readonly nodes: Map<NodeId, NodeState>;
  readonly capacity: Capacity;
  readonly batches: Map<BatchId, BatchState>;
  readonly attempts: Map<AttemptId, AttemptState>;
  readonly functions: Map<string, FunctionState>;
  /** Clients with batches, by their keys. */
  readonly clients: Map<string, ClientState>;
  readonly queue: FairQueue;
  readonly timers: TimerHeap<Timer>;
  /** Batches whose last item settled in this step; told and forgotten at its end. */
  readonly settling: BatchState[];
  /** Unsettled items and their payload bytes. */
  items: number;
  bytes: number;
  nextAttempt: number;
  /** Until when attempts are kept short, since short work came lately. */
  hasteUntil: number;
  /** The time of the step that runs. */
  now: number;
  /** What the step that runs has asked for so far. */
  actions: Action[];
  /** The wake that still stands, Infinity for none. */
  wakeAt: number;
}

/** What waits for its time. */
export type Timer = LeaseTimer | BatchTimer | PendingRange;

/** A node's lease. Renewals are not entered here: when it comes up, `seenAt` says whether the node has been silent. */
export interface LeaseTimer extends HeapTimer {
  readonly kind: "lease";
  readonly node: NodeId;
}

/** The end of a batch's time, or of its patience while there is no node. */
export interface BatchTimer extends HeapTimer {
  readonly kind: "deadline" | "nodeWait";
  readonly batch: BatchState;
}

/** A node that joined. One that is lost or left is forgotten. */
export interface NodeState {
  readonly id: NodeId;
  readonly incarnation: Incarnation;
  readonly zone: string;
  workers: number;
  phase: "joined" | "draining";
  /** What it takes in total; nothing until it has said so. */
  creditMs: number;
  creditBytes: number;
  creditAttempts: number;
  /** Items that run long hold all its workers. */
  held: boolean;
  readonly attempts: AttemptState[];
  /** Estimated work and input bytes of its attempts that are not reported yet. */
  outstandingMs: number;
  outstandingBytes: number;
  /** Attempts whose items run long, as far as is known; the work of the others; and that of those which are brief. */
  longAttempts: number;
  shortMs: number;
  briefMs: number;
  /** When it last proved to be alive. */
  seenAt: number;
  /** When work was last placed on it, as a count of placements. */
  placedAt: number;
  /** Which of the pools of candidates it is in, and where. */
  pool: PoolName;
  poolSlot: number;
  readonly lease: LeaseTimer;
}

/** What is known of a function: its cost, over all batches and nodes. */
export interface FunctionState {
  readonly key: string;
  readonly msPerItem: MovingAverage;
}

/** Items as they came in: one frame. They end before `end`; `count` and `bytes` are those of the whole frame. */
export interface Segment {
  readonly end: number;
  readonly count: number;
  readonly bytes: number;
  readonly at: number;
}

/** How an attempt or a submission went wrong. */
export interface Failure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Items to be tried again: backing off until `at` (then it is in the heap), or ready. */
export interface PendingRange extends HeapTimer {
  readonly kind: "retry";
  readonly batch: BatchState;
  first: number;
  count: number;
  /** Most items of the next attempt. */
  readonly piece: number;
  /** An upper bound of their payload. */
  readonly bytes: number;
  /** Attempts that were made of them. */
  readonly number: number;
  /** How many of these count as tries. */
  readonly spent: number;
  /** Refusals by nodes without any progress. */
  readonly refused: number;
  /** Nodes that failed them. */
  readonly failedNodes: readonly NodeId[];
  /** Node of the last attempt. */
  readonly node: NodeId;
}

/** What one client has under way. */
export interface ClientState {
  batches: number;
  /** Its unsettled items and their payload bytes. */
  items: number;
  bytes: number;
}

/** A batch from its submission until all its items are settled. */
export interface BatchState extends Linked<BatchState> {
  readonly id: BatchId;
  readonly function: FunctionState;
  readonly policy: FunctionPolicy;
  readonly client: string;
  readonly clientState: ClientState;
  readonly priority: number;
  readonly deadlineAt: number;
  /** `settling` from the moment its last item has settled to the end of that step. */
  phase: "open" | "closed" | "settling";
  paused: boolean;
  /** What items that still come settle with at once: the batch was cancelled, or its time is over. */
  refusal: Failure | undefined;
  /** Items so far, those of them that are unsettled, and the payload bytes of these. */
  count: number;
  unsettled: number;
  bytes: number;
  readonly settled: IndexSet;
  /** Items from here on have never been tried; they lie in `segments`. */
  cursor: number;
  readonly segments: Deque<Segment>;
  /** Ranges to be tried again, now and later. */
  readonly ready: Deque<PendingRange>;
  backingOff: Set<PendingRange> | undefined;
  readonly attempts: AttemptState[];
  deadline: BatchTimer | undefined;
  nodeWait: BatchTimer | undefined;
  /** Since when its items may be placed, as far as its client goes. */
  resumedAt: number;
  /** Its client's lane while it waits in the queue. */
  lane: Lane | undefined;
  /** Has been looked at in vain in this step. */
  passedOver: boolean;
}

/**
 * `long`: an item may hold a worker for longer than `lateItemMs`, or nobody knows. `brief`: all of it together takes no
 * longer than `batchMinMs`. `short` is what lies between.
 */
export type WorkKind = "long" | "short" | "brief";

/** One try of a range on one node. */
export interface AttemptState {
  readonly id: AttemptId;
  readonly batch: BatchState;
  readonly node: NodeState;
  readonly first: number;
  readonly end: number;
  readonly bytes: number;
  readonly number: number;
  readonly spent: number;
  readonly refused: number;
  readonly failedNodes: readonly NodeId[];
  /** What one unreported item adds to the node's outstanding work. */
  readonly msPerItem: number;
  readonly kind: WorkKind;
  phase: "running" | "cancelled";
  /** Some of its items have run. */
  progressed: boolean;
  readonly reported: IndexSet;
  unreported: number;
  /** For the report at its end. */
  retried: number;
  backoffMs: number;
  reason: string;
}

/** A scheduler that knows nothing yet. */
export function createState(options: SchedulerOptions, random: Random): SchedulerState {
  return {
    options,
    random,
    placement: choosePlacement(options.placement),
    nodes: new Map(),
    capacity: createCapacity(),
    batches: new Map(),
    attempts: new Map(),
    functions: new Map(),
    clients: new Map(),
    queue: new FairQueue(),
    timers: new TimerHeap(),
    settling: [],
    items: 0,
    bytes: 0,
    nextAttempt: 1,
    hasteUntil: -Infinity,
    now: -Infinity,
    actions: [],
    wakeAt: Infinity,
  };
}
