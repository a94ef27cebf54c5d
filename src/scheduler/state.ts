/**
 * What the scheduler remembers, as plain data. Each noun is changed in one file: nodes in membership.ts and
 * capacity.ts, batches in batch.ts and settlement.ts, attempts in attempt.ts.
 */
import type { Deque } from "../base/deque.ts";
import type { AttemptId, BatchId, Incarnation, NodeId } from "../base/ids.ts";
import type { IndexSet } from "../base/index-set.ts";
import type { Linked } from "../base/linked-list.ts";
import type { MovingAverage } from "../base/moving-average.ts";
import type { QuantileSketch } from "../base/quantile-sketch.ts";
import type { Random } from "../base/random.ts";
import { TimerHeap, type HeapTimer } from "../base/timer-heap.ts";
import type { Action, AttemptCause } from "./action.ts";
import { createCapacity, type Capacity, type PoolName } from "./capacity.ts";
import type { FunctionPolicy } from "./event.ts";
import type { SchedulerOptions } from "./options.ts";
import { choosePlacement } from "./placement/choose-placement.ts";
import type { Placement } from "./placement/placement.ts";
import { FairQueue, type Lane } from "./queue.ts";
import type { BatchTimer, LateTimer, LeaseTimer, Timer } from "./timer.ts";

/** Everything of one scheduler. */
export interface SchedulerState {
  readonly options: SchedulerOptions;
  readonly random: Random;
  readonly placement: Placement;
  readonly nodes: Map<NodeId, NodeState>;
  readonly healths: Map<NodeId, Health>;
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
  /** Attempts whose time to be looked at came in this step. */
  readonly late: AttemptState[];
  /** Functions of which batches are parked. */
  readonly parking: Set<FunctionState>;
  /** Functions that were stopped in this step. */
  readonly broken: FunctionState[];
  /** Estimated work that the turn which runs has placed. */
  placedMs: number;
  /** Until when attempts are kept short, since short work came lately. */
  hasteUntil: number;
  /** The time of the step that runs. */
  now: number;
  /** What the step that runs has asked for so far. */
  actions: Action[];
  /** The wake that still stands, Infinity for none. */
  wakeAt: number;
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
  /** Its place among those of the scheduler's zone, -1 for none. */
  nearSlot: number;
  readonly lease: LeaseTimer;
  readonly health: Health;
}

/** How a node has done lately, over all its boots. */
export interface Health {
  /** Ejected nodes get nothing; one that is probed gets one attempt at a time. */
  phase: "healthy" | "ejected" | "probing";
  /** Failures since the last success. */
  inRow: number;
  good: number;
  bad: number;
  ejections: number;
  ejectedUntil: number;
  why: string;
}

/** What is known of a function: its cost, over all batches and nodes. */
export interface FunctionState {
  readonly key: string;
  readonly msPerItem: MovingAverage;
  /** From the placement of an attempt to its reports, in ms. */
  readonly reportMs: QuantileSketch;
  /** What is left of its budget of retries. */
  retryTokens: number;
  /** Items that may be hedged. */
  hedgeTokens: number;
  /** Items that run at present, on all nodes. */
  running: number;
  /** Batches that wait for some of these to end. */
  readonly parked: Set<BatchState>;
  readonly breaker: Breaker;
}

/** Whether a function is stopped, since it keeps killing workers. */
export interface Breaker {
  phase: "closed" | "open" | "half-open";
  /** Items that went well and that killed, since when. */
  since: number;
  kills: number;
  good: number;
  /** How long it was opened for, and until when. */
  openMs: number;
  openUntil: number;
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
  /** The node's own word on when to try again: ms, negative for never; otherwise the back-off decides. */
  readonly pushbackMs?: number | undefined;
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
  readonly tries: number;
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
  readonly affinity: string;
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
  /** Items of late attempts that were run once more elsewhere. */
  copied: number;
  deadline: BatchTimer | undefined;
  nodeWait: BatchTimer | undefined;
  /** Since when its items may be placed, as far as its client goes. */
  resumedAt: number;
  /** Its client's lane while it waits in the queue. */
  lane: Lane | undefined;
  /** The estimated work that it waits with there. */
  waitingMs: number;
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
  readonly cause: AttemptCause;
  readonly startedAt: number;
  /** When it last reported. */
  heardAt: number;
  readonly spent: number;
  readonly refused: number;
  readonly failedNodes: readonly NodeId[];
  /** Tries that were made of its items; more than `number` when a copy of it was tried too. */
  tries: number;
  /** The other attempt of the same items, while both run. */
  twin: AttemptState | undefined;
  late: LateTimer | undefined;
  /** What one unreported item adds to the node's outstanding work. */
  readonly msPerItem: number;
  readonly kind: WorkKind;
  phase: "running" | "cancelled";
  /** Some of its items have run. */
  progressed: boolean;
  /** Its failure has been charged to the budget of retries. */
  charged: boolean;
  /** It failed in a way that speaks against its node. */
  blamed: boolean;
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
    healths: new Map(),
    capacity: createCapacity(),
    batches: new Map(),
    attempts: new Map(),
    functions: new Map(),
    clients: new Map(),
    queue: new FairQueue(options.batchTargetMs || 1),
    timers: new TimerHeap(),
    settling: [],
    late: [],
    parking: new Set(),
    broken: [],
    placedMs: 0,
    items: 0,
    bytes: 0,
    nextAttempt: 1,
    hasteUntil: -Infinity,
    now: -Infinity,
    actions: [],
    wakeAt: Infinity,
  };
}
