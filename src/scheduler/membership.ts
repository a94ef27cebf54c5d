/**
 * Nodes join, prove that they live, drain and go. A node that closed its stream, left, was silent for a lease or came
 * back with a later boot is lost with all its attempts, and forgotten: what its earlier life still says finds no
 * attempt to speak of.
 */
import { Code } from "../base/code.ts";
import { lose } from "./attempt.ts";
import { noteLoss } from "./breaker.ts";
import { reclassify, withdraw } from "./capacity.ts";
import { healthOf, judgeGone, judgeJoined, noteCrash } from "./health.ts";
import type { NodeAlive, NodeCredit, NodeDraining, NodeJoined, NodeLost } from "./event.ts";
import { startNodeWait } from "./node-wait.ts";
import { chargeLoss } from "./retry-budget.ts";
import type { NodeState, SchedulerState } from "./state.ts";
import type { LeaseTimer } from "./timer.ts";

/** A node takes work from now on; it has no credit until it says so. */
export function join(state: SchedulerState, event: NodeJoined): void {
  const known = state.nodes.get(event.node);
  if (known !== undefined && known.incarnation > event.incarnation) return;
  if (known !== undefined && known.incarnation === event.incarnation) {
    rejoin(state, known, event.workers);
    return;
  }
  if (known !== undefined) dropNode(state, known, "it was started anew");
  const node = createNode(state, event);
  state.nodes.set(node.id, node);
  state.timers.add(node.lease);
  state.capacity.ring.add(node);
  count(state, 1, node.workers);
  judgeJoined(state, node);
}

/** The same boot joins again: it takes work, also if it drained. */
function rejoin(state: SchedulerState, node: NodeState, workers: number): void {
  const { phase } = node;
  count(state, phase === "joined" ? 0 : 1, phase === "joined" ? workers - node.workers : workers);
  node.phase = "joined";
  node.workers = workers;
  node.seenAt = state.now;
  if (phase === "draining") {
    state.capacity.ring.add(node);
    judgeJoined(state, node);
  }
  reclassify(state.capacity, node, state.options);
}

/** What it takes in total from now on. */
export function setCredit(state: SchedulerState, event: NodeCredit): void {
  const node = nodeOf(state, event);
  if (node === undefined) return;
  node.creditMs = event.queueMs;
  node.creditBytes = event.queueBytes;
  node.creditAttempts = event.attempts;
  node.held = event.held === true;
  reclassify(state.capacity, node, state.options);
}

/** A proof of life. */
export function renew(state: SchedulerState, event: NodeAlive): void {
  nodeOf(state, event);
}

/** It finishes what it has. */
export function drain(state: SchedulerState, event: NodeDraining): void {
  const node = nodeOf(state, event);
  if (node === undefined || node.phase === "draining") return;
  node.phase = "draining";
  reclassify(state.capacity, node, state.options);
  state.capacity.ring.remove(node);
  count(state, -1, -node.workers);
  judgeGone(state, node);
}

/** Its stream is over. */
export function loseNode(state: SchedulerState, event: NodeLost): void {
  const node = nodeOf(state, event);
  const how = event.why === "left" ? "it left before it was done" : "its stream closed";
  if (node !== undefined) dropNode(state, node, how);
}

/**
 * A lease comes up. A node that was heard of meanwhile gets a new one. When the core itself was woken too late, it is
 * the scheduler that was away (its machine slept, its process stood still) and what nodes said still lies unread.
 */
export function checkLease(state: SchedulerState, lease: LeaseTimer): void {
  const node = state.nodes.get(lease.node);
  if (node === undefined) return;
  const { leaseMs, wakeLateMs } = state.options;
  if (state.now - lease.at > wakeLateMs) node.seenAt = state.now;
  if (node.seenAt + leaseMs > state.now) {
    lease.at = node.seenAt + leaseMs;
    state.timers.add(lease);
    return;
  }
  state.actions.push({ kind: "nodeGone", node: node.id, incarnation: node.incarnation });
  dropNode(state, node, `it was silent for ${leaseMs} ms`);
}

function createNode(state: SchedulerState, event: NodeJoined): NodeState {
  return {
    id: event.node,
    incarnation: event.incarnation,
    zone: event.zone,
    workers: event.workers,
    phase: "joined",
    creditMs: 0,
    creditBytes: 0,
    creditAttempts: 0,
    held: false,
    attempts: [],
    outstandingMs: 0,
    outstandingBytes: 0,
    longAttempts: 0,
    shortMs: 0,
    briefMs: 0,
    seenAt: state.now,
    placedAt: 0,
    pool: "full",
    poolSlot: 0,
    nearSlot: -1,
    health: healthOf(state.healths, event.node),
    lease: { kind: "lease", at: state.now + state.options.leaseMs, slot: -1, node: event.node },
  };
}

/** The node of that boot, which has just proved that it lives. */
function nodeOf(state: SchedulerState, event: Exclude<MemberEvent, NodeJoined>): NodeState | undefined {
  const node = state.nodes.get(event.node);
  if (node === undefined || node.incarnation !== event.incarnation) return undefined;
  node.seenAt = state.now;
  return node;
}

type MemberEvent = NodeJoined | NodeCredit | NodeAlive | NodeDraining | NodeLost;

function dropNode(state: SchedulerState, node: NodeState, how: string): void {
  state.nodes.delete(node.id);
  state.timers.remove(node.lease);
  withdraw(state.capacity, node);
  if (node.phase === "joined") {
    state.capacity.ring.remove(node);
    count(state, -1, -node.workers);
    judgeGone(state, node);
  }
  if (node.attempts.some((attempt) => attempt.unreported > 0)) noteCrash(state, node);
  const message = `node ${node.id} was lost: ${how}`;
  const failure = { code: Code.UNAVAILABLE, reason: "NODE_LOST", message };
  chargeLoss(node.attempts, failure.reason);
  noteLoss(state, node.attempts);
  for (const attempt of [...node.attempts]) lose(state, attempt, failure);
}

/** Nodes that may get work, and their workers, have become more or fewer. */
function count(state: SchedulerState, nodes: number, workers: number): void {
  const { capacity } = state;
  capacity.joined += nodes;
  capacity.workers += workers;
  if (capacity.joined > 0) return;
  capacity.noneSince = state.now;
  startNodeWait(state);
}
