/**
 * Whose turn it is. Batches with work to place wait in lanes, one per client and priority; lanes of one priority take
 * turns, and so do the batches of a lane. A turn is one range, and ranges are of about equal estimated work, so that a
 * client with a thousand maps gets no more than one with a single invocation. A higher priority goes first.
 *
 * A batch whose work fits no candidate although that of others may (the nodes it is left with are busy) is passed over
 * for the rest of the step and keeps its place: it must not lose its turn for good to those behind it.
 */
import { limits } from "../base/limits.ts";
import { LinkedList, type Linked } from "../base/linked-list.ts";
import type { BatchState } from "./state.ts";

/** The waiting batches of one client at one priority. */
export interface Lane extends Linked<Lane> {
  readonly client: string;
  readonly level: Level;
  readonly batches: LinkedList<BatchState>;
}

/** All lanes of one priority; those with batches take turns in `turns`. */
interface Level {
  readonly priority: number;
  readonly lanes: Map<string, Lane>;
  readonly turns: LinkedList<Lane>;
}

/** Batches that have work to place, in the order of their turns. */
export class FairQueue {
  /** Highest priority first. */
  readonly #levels: Level[] = [];
  readonly #passed: BatchState[] = [];
  #length = 0;

  /** How many batches wait. */
  get length(): number {
    return this.#length;
  }

  /** The batch whose turn it is. */
  head(): BatchState | undefined {
    for (const level of this.#levels) {
      for (let lane = level.turns.front(); lane !== undefined; lane = lane.next) {
        const batch = firstNotPassed(lane);
        if (batch !== undefined) return batch;
      }
    }
    return undefined;
  }

  /** Lets a batch wait behind the others of its client; one that waits already keeps its place. */
  add(batch: BatchState): void {
    if (batch.lane !== undefined) return;
    const lane = this.#lane(batch.priority, batch.client);
    batch.lane = lane;
    this.#length++;
    lane.batches.pushBack(batch);
    if (lane.list === undefined) lane.level.turns.pushBack(lane);
  }

  /** A batch has no work to place at present. */
  remove(batch: BatchState): void {
    const { lane } = batch;
    if (lane === undefined) return;
    batch.lane = undefined;
    this.#length--;
    lane.batches.remove(batch);
    if (lane.batches.length === 0) this.#leave(lane);
  }

  /** A batch had its turn: the next of its client comes up, and before that the next client. */
  rotate(batch: BatchState): void {
    const { lane } = batch;
    if (lane === undefined) return;
    if (lane.batches.length > 1) {
      lane.batches.remove(batch);
      lane.batches.pushBack(batch);
    }
    if (lane.level.turns.length > 1) {
      lane.level.turns.remove(lane);
      lane.level.turns.pushBack(lane);
    }
  }

  /** Passes a batch over until `restore`. */
  pass(batch: BatchState): void {
    batch.passedOver = true;
    this.#passed.push(batch);
  }

  /** How many batches are passed over at present. */
  get passedCount(): number {
    return this.#passed.length;
  }

  /** Ends the passing over. The passed keep their places; with `rotate` they go to the back, so that others are met. */
  restore(rotate: boolean): void {
    for (const batch of this.#passed) {
      batch.passedOver = false;
      if (rotate) this.rotate(batch);
    }
    this.#passed.length = 0;
  }

  #lane(priority: number, client: string): Lane {
    const level = this.#level(priority);
    const known = level.lanes.get(client);
    if (known !== undefined) return known;
    const batches = new LinkedList<BatchState>();
    const lane: Lane = { client, level, batches, list: undefined, previous: undefined, next: undefined };
    level.lanes.set(client, lane);
    return lane;
  }

  #level(priority: number): Level {
    const at = this.#levels.findIndex((level) => level.priority <= priority);
    const known = this.#levels[at];
    if (known?.priority === priority) return known;
    const level: Level = { priority, lanes: new Map(), turns: new LinkedList() };
    this.#levels.splice(at === -1 ? this.#levels.length : at, 0, level);
    return level;
  }

  /** A lane ran empty. A few such are kept, since most clients come back at once. */
  #leave(lane: Lane): void {
    const { level } = lane;
    level.turns.remove(lane);
    if (level.lanes.size > limits.idleLanesMax) level.lanes.delete(lane.client);
    if (level.turns.length === 0 && level.priority !== 0) this.#levels.splice(this.#levels.indexOf(level), 1);
  }
}

function firstNotPassed(lane: Lane): BatchState | undefined {
  let batch = lane.batches.front();
  while (batch?.passedOver === true) batch = batch.next;
  return batch;
}
