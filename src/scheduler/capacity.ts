/**
 * Which nodes can take work, kept up to date at every change so that placing a range never looks at all nodes. A node
 * is `idle` while it has a worker without an attempt, `open` while it is busy but holds less work than it may queue. One
 * that holds that much still has a `lane` for brief work, which goes before the rest there, so that a call of microseconds
 * waits at no hop behind a map. One that says that long items hold all its workers has a lane only: it takes short work,
 * for threads that run nothing else. Otherwise it is `full`, also without credit, when it drains and when it is ejected.
 */
import { HashRing } from "./placement/hash-ring.ts";
import type { SchedulerOptions } from "./options.ts";
import type { AttemptState, NodeState, WorkKind } from "./state.ts";

/** Where a node stands. */
export type PoolName = "idle" | "open" | "lane" | "full";

/** The candidates of placement. */
export interface Capacity {
  readonly idle: NodeState[];
  readonly open: NodeState[];
  readonly lane: NodeState[];
  /** Those of them that are in the scheduler's own zone; empty when it has none. */
  readonly near: { readonly idle: NodeState[]; readonly open: NodeState[]; readonly lane: NodeState[] };
  /** Nodes that joined and do not drain, by their places for affinity keys. */
  readonly ring: HashRing;
  /** Attempts on all nodes. */
  attempts: number;
  /** Nodes that joined and do not drain, those of them that are ejected, and the workers of all. */
  joined: number;
  ejected: number;
  workers: number;
  /** Since when there is none of them. */
  noneSince: number;
}

/** No nodes, from the beginning of time. */
export function createCapacity(): Capacity {
  return {
    idle: [],
    open: [],
    lane: [],
    near: { idle: [], open: [], lane: [] },
    ring: new HashRing(),
    attempts: 0,
    joined: 0,
    ejected: 0,
    workers: 0,
    noneSince: -Infinity,
  };
}

/** Puts a node where its present state belongs. To be called after every change of it. */
export function reclassify(capacity: Capacity, node: NodeState, options: SchedulerOptions): void {
  move(capacity, node, poolOf(node, options), options.zone);
}

/** What kind of work so many items of that estimate are. */
export function workKind(estimatedMs: number, count: number, options: SchedulerOptions): WorkKind {
  if (estimatedMs / count > options.lateItemMs) return "long";
  return estimatedMs <= options.batchMinMs ? "brief" : "short";
}

/** So many items of an attempt have become work of its node; they are negative when they are none any more. */
export function load({ node, msPerItem, kind }: AttemptState, count: number): void {
  const ms = count * msPerItem;
  node.outstandingMs += ms;
  if (kind !== "long") node.shortMs += ms;
  if (kind === "brief") node.briefMs += ms;
}

/** Takes a node out for good. */
export function withdraw(capacity: Capacity, node: NodeState): void {
  move(capacity, node, "full", "");
}

function poolOf(node: NodeState, options: SchedulerOptions): PoolName {
  if (node.phase !== "joined" || node.health.phase === "ejected") return "full";
  if (node.health.phase === "probing" && node.attempts.length > 0) return "full";
  if (node.attempts.length >= node.creditAttempts || node.outstandingBytes > node.creditBytes) return "full";
  if (node.held) return node.shortMs < options.nodeQueueMs ? "lane" : "full";
  if (node.attempts.length < node.workers) return "idle";
  if (options.nodeQueueMs === 0) return "full";
  const queueMs = Math.min(options.nodeQueueMs * node.workers, node.creditMs);
  if (node.outstandingMs - wayMs(node, 0, options) < queueMs) return "open";
  return node.briefMs < options.hastyTargetMs * node.workers ? "lane" : "full";
}

/**
 * Time that a node's payloads, and so many more bytes, take to get there, in whole ms. Work that is on its way keeps no
 * worker busy, so that a node may hold that much more of it; for small payloads it is nothing.
 */
export function wayMs(node: NodeState, bytes: number, { wayBytesPerMs }: WayOptions): number {
  return Math.floor((node.outstandingBytes + bytes) / wayBytesPerMs);
}

type WayOptions = Pick<SchedulerOptions, "wayBytesPerMs">;

function move(capacity: Capacity, node: NodeState, pool: PoolName, zone: string): void {
  if (node.pool === pool) return;
  if (node.pool !== "full") {
    remove(capacity[node.pool], node, "poolSlot");
    if (node.nearSlot !== -1) remove(capacity.near[node.pool], node, "nearSlot");
  }
  node.pool = pool;
  node.nearSlot = -1;
  if (pool === "full") return;
  node.poolSlot = capacity[pool].push(node) - 1;
  if (zone !== "" && node.zone === zone) node.nearSlot = capacity.near[pool].push(node) - 1;
}

function remove(nodes: NodeState[], node: NodeState, slot: "poolSlot" | "nearSlot"): void {
  const last = nodes.pop();
  if (last === undefined || last === node) return;
  nodes[node[slot]] = last;
  last[slot] = node[slot];
}
