/**
 * Placing work. The batch whose turn it is gets one range placed, then the next one's turn comes. Two things may keep
 * a range waiting. There is no room for work like it: then everybody waits, for were those behind it let through, short
 * work that may queue on busy nodes would keep long work, which may not, from ever finding a free worker. Only the lane
 * of nodes whose workers are all held by long items stays open to short work then: no worker gets free later for it.
 * Where nothing but queues are full, all nodes are open to what is brief. Or there is room, but not for it (its bytes, or
 * a node that failed it before): then the others go on and it is passed over.
 */
import type { NodeId } from "../base/ids.ts";
import { startAttempt } from "./attempt.ts";
import { advance, attemptSize, freshItems } from "./batching.ts";
import { workKind, type Capacity } from "./capacity.ts";
import { estimateMs } from "./estimate.ts";
import type { Room } from "./placement/placement.ts";
import type { BatchState, NodeState, PendingRange, SchedulerState } from "./state.ts";
import { queueBatch } from "./waiting.ts";

/** Places all that can be placed. */
export function placeWork(state: SchedulerState): void {
  const { capacity, queue, options } = state;
  let room: Room = "any";
  while (hasRoom(capacity, room)) {
    const batch = queue.head();
    if (batch === undefined) break;
    const turn = takeTurn(state, batch, room);
    if (turn === "done") {
      queue.rotate(batch);
      queueBatch(state, batch);
      continue;
    }
    if (turn === "stand") room = "held";
    else if (turn === "wait" && room === "any") room = "brief";
    queue.pass(batch);
    if (queue.passedCount >= options.passedMax) break;
  }
  if (queue.passedCount > 0) queue.restore(queue.passedCount >= options.passedMax);
}

function hasRoom({ idle, open, lane }: Capacity, room: Room): boolean {
  if (lane.length > 0) return true;
  return room !== "held" && (open.length > 0 || (room === "any" && idle.length > 0));
}

/**
 * `done`: a range was placed, or there is none. `pass`: there is room, but not for it. `wait`: nodes have as much as they
 * may queue. `stand`: it waits for a free worker.
 */
type Turn = "done" | "pass" | "wait" | "stand";

/** Places one range of the batch: of those to be tried again if one can be placed, else of those never tried. */
function takeTurn(state: SchedulerState, batch: BatchState, room: Room): Turn {
  const { ready } = batch;
  let turn: Turn = "done";
  for (let left = Math.min(ready.length, state.options.passedMax); left > 0; left--) {
    const range = ready.front();
    if (range === undefined || !trim(range)) {
      ready.popFront();
      continue;
    }
    turn = placeRetry(state, range, room);
    if (turn !== "pass") return turn;
    ready.rotate();
  }
  return batch.cursor < batch.count ? placeFresh(state, batch, room) : turn;
}

/** Cuts what is settled off the front of a range; false when nothing is left. */
function trim(range: PendingRange): boolean {
  const end = range.first + range.count;
  range.first = range.batch.settled.nextAbsent(range.first, end);
  range.count = end - range.first;
  return range.count > 0;
}

function placeRetry(state: SchedulerState, range: PendingRange, room: Room): Turn {
  const { batch, first, bytes, failedNodes } = range;
  const run = batch.settled.nextPresent(first, first + range.count) - first;
  const remaining = range.count + batch.count - batch.cursor;
  const size = attemptSize(state, batch, remaining);
  const count = Math.min(run, size, range.piece);
  const estimatedMs = estimateMs(batch.function, count);
  const node = chooseNode(state, { batch, estimatedMs, count, bytes, failedNodes, room });
  if (node === undefined) return failedNodes.length > 0 ? "pass" : refused(state, estimatedMs);
  range.first += count;
  range.count -= count;
  if (range.count === 0) batch.ready.popFront();
  startAttempt(state, batch, node, { first, count, bytes, estimatedMs, retried: range });
  return "done";
}

function placeFresh(state: SchedulerState, batch: BatchState, room: Room): Turn {
  const { options } = state;
  const size = attemptSize(state, batch, batch.count - batch.cursor);
  const { first, count, bytes } = freshItems(batch, size, options);
  const estimatedMs = estimateMs(batch.function, count);
  const node = chooseNode(state, { batch, estimatedMs, count, bytes, failedNodes: noNodes, room });
  if (node === undefined) return refused(state, estimatedMs);
  startAttempt(state, batch, node, { first, count, bytes, estimatedMs, retried: undefined });
  advance(batch, first + count);
  return "done";
}

/** Why nobody took it. */
function refused({ capacity, options }: SchedulerState, estimatedMs: number): Turn {
  if (capacity.idle.length > 0) return "pass";
  return estimatedMs < options.nodeQueueMs ? "wait" : "stand";
}

const noNodes: readonly NodeId[] = [];

/** A range that looks for a node. */
interface Wanted {
  readonly batch: BatchState;
  readonly estimatedMs: number;
  readonly count: number;
  readonly bytes: number;
  readonly failedNodes: readonly NodeId[];
  readonly room: Room;
}

/** Where a range goes. Nodes that failed it are avoided while any other node is there, be it busy. */
function chooseNode(state: SchedulerState, wanted: Wanted): NodeState | undefined {
  const { capacity, placement, random, options } = state;
  const { batch, estimatedMs, count, bytes, failedNodes, room } = wanted;
  const avoid = failedNodes.length > 0 && hasOther(state, failedNodes) ? failedNodes : noNodes;
  const { nodeQueueMs, wayBytesPerMs, hastyTargetMs: briefMs } = options;
  const work = { function: batch.function, estimatedMs, kind: workKind(estimatedMs, count, options), bytes };
  const bounds = { avoid, room, nodeQueueMs, wayBytesPerMs, briefMs };
  return placement(capacity, { ...work, ...bounds }, random);
}

function hasOther(state: SchedulerState, failedNodes: readonly NodeId[]): boolean {
  let failed = 0;
  for (const id of failedNodes) if (state.nodes.get(id)?.phase === "joined") failed++;
  return state.capacity.joined > failed;
}
