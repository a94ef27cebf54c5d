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
import type { Capacity } from "./capacity.ts";
import { chooseNode } from "./choose-node.ts";
import { estimateMs } from "./estimate.ts";
import { watchAttempt } from "./late-attempts.ts";
import type { Room } from "./placement/placement.ts";
import type { BatchState, PendingRange, SchedulerState } from "./state.ts";
import { park, queueBatch, roomOf, unpark } from "./waiting.ts";

/** Places all that can be placed. */
export function placeWork(state: SchedulerState): void {
  const { capacity, queue, options } = state;
  for (const fn of state.parking) unpark(state, fn);
  let room: Room = "any";
  while (hasRoom(capacity, room)) {
    const batch = queue.head();
    if (batch === undefined) break;
    state.placedMs = 0;
    const turn = takeTurn(state, batch, room);
    if (turn === "parked") continue;
    if (batch.function.parked.size > 0) unpark(state, batch.function); // it may have left room that it was given
    if (turn === "done") {
      queue.rotate(batch, state.placedMs);
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
 * may queue. `stand`: it waits for a free worker. `parked`: its function may run no more at present.
 */
type Turn = "done" | "pass" | "wait" | "stand" | "parked";

/** Places one range of the batch: of those to be tried again if one can be placed, else of those never tried. */
function takeTurn(state: SchedulerState, batch: BatchState, room: Room): Turn {
  if (roomOf(batch) === 0) {
    park(state, batch);
    return "parked";
  }
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
  const count = Math.min(run, size, range.piece, roomOf(batch));
  const estimatedMs = estimateMs(batch.function, count);
  const node = chooseNode(state, { batch, estimatedMs, count, bytes, failedNodes, room });
  if (node === undefined) return failedNodes.length > 0 ? "pass" : refused(state, estimatedMs);
  range.first += count;
  range.count -= count;
  if (range.count === 0) batch.ready.popFront();
  const what = { first, count, bytes, estimatedMs, cause: "retry", before: range } as const;
  watchAttempt(state, startAttempt(state, batch, node, what));
  return "done";
}

function placeFresh(state: SchedulerState, batch: BatchState, room: Room): Turn {
  const { options } = state;
  const size = Math.min(attemptSize(state, batch, batch.count - batch.cursor), roomOf(batch));
  const { first, count, bytes } = freshItems(batch, size, options);
  const estimatedMs = estimateMs(batch.function, count);
  const node = chooseNode(state, { batch, estimatedMs, count, bytes, failedNodes: noNodes, room });
  if (node === undefined) return refused(state, estimatedMs);
  const what = { first, count, bytes, estimatedMs, cause: "first", before: undefined } as const;
  watchAttempt(state, startAttempt(state, batch, node, what));
  advance(batch, first + count);
  return "done";
}

const noNodes: readonly NodeId[] = [];

/** Why nobody took it. */
function refused({ capacity, options }: SchedulerState, estimatedMs: number): Turn {
  if (capacity.idle.length > 0) return "pass";
  return estimatedMs < options.nodeQueueMs ? "wait" : "stand";
}
