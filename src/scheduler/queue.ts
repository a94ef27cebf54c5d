/**
 * Whose turn it is. Batches with work to place wait in lanes, one per client and priority; lanes of one priority take
 * turns, and so do the batches of a lane. A turn of a lane lasts until it has placed its quantum of estimated work, and
 * what goes beyond is taken off its next turns (deficit round-robin: M. Shreedhar and G. Varghese, 1995), so that a
 * client with a thousand maps, or with long items, gets no more than one with a single short invocation. A higher
 * priority goes first.
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
  /** Estimated work it may still place in this turn; negative when it had more than its due. */
  deficitMs: number;
  /** Estimated work of its batches that waits, a turn's of a map that goes on and on. */
  waitingMs: number;
}

/** All lanes of one priority; those with batches take turns in `turns`. */
interface Level {
  readonly priority: number;
  readonly lanes: Map<string, Lane>;
  readonly turns: LinkedList<Lane>;
  waitingMs: number;
}

/** Most turns that a lane is set back for what it had too much. */
const turnsOwedMax = 100;

/** Batches that have work to place, in the order of their turns. */
export class FairQueue {
  /** Highest priority first. */
  readonly #levels: Level[] = [];
  readonly #passed: BatchState[] = [];
  readonly #quantumMs: number;
  #length = 0;

  /** @param quantumMs estimated work of a turn */
  constructor(quantumMs = 1) {
    this.#quantumMs = quantumMs;
  }

  /** How many batches wait. */
  get length(): number {
    return this.#length;
  }

  /** The batch whose turn it is. */
  head(): BatchState | undefined {
    for (const level of this.#levels) {
      for (let lane = level.turns.front(); lane !== undefined;) {
        const batch = firstNotPassed(lane);
        if (batch !== undefined && lane.deficitMs > 0) return batch;
        const { next } = lane;
        if (batch !== undefined) this.#nextTurn(lane); // it comes up again behind the others, with less to owe
        lane = next ?? (batch === undefined ? undefined : lane);
      }
    }
    return undefined;
  }

  /**
   * How long a batch of that client would wait for its turns, in ms of one worker, if it had so much work: what goes
   * before it, and what takes turns with it.
   */
  waitMs(client: string, priority: number, workMs: number): number {
    let waitMs = 0;
    for (const level of this.#levels) {
      if (level.priority < priority) break;
      if (level.priority > priority) {
        waitMs += level.waitingMs;
        continue;
      }
      const turnMs = Math.max(workMs, this.#quantumMs);
      const lane = level.lanes.get(client);
      const ownMs = lane === undefined ? 0 : Math.min(lane.waitingMs, lane.batches.length * turnMs);
      const lanes = level.turns.length + (lane?.list === undefined ? 1 : 0);
      waitMs += Math.min(level.waitingMs, (ownMs + turnMs) * lanes - turnMs);
    }
    return waitMs;
  }

  /**
   * Lets a batch wait behind the others of its client; one that waits already keeps its place.
   * @param waitingMs estimated work that it waits with
   */
  add(batch: BatchState, waitingMs = 0): void {
    if (batch.lane !== undefined) {
      this.#wait(batch, waitingMs);
      return;
    }
    const lane = this.#lane(batch.priority, batch.client);
    batch.lane = lane;
    this.#length++;
    lane.batches.pushBack(batch);
    this.#wait(batch, waitingMs);
    if (lane.list === undefined) lane.level.turns.pushBack(lane);
  }

  /** A batch has no work to place at present. */
  remove(batch: BatchState): void {
    const { lane } = batch;
    if (lane === undefined) return;
    this.#wait(batch, 0);
    batch.lane = undefined;
    this.#length--;
    lane.batches.remove(batch);
    if (lane.batches.length === 0) this.#leave(lane);
  }

  /**
   * A batch placed so much work, a whole turn's unless given: the next of its client comes up, and the next client when
   * the turn is used up.
   */
  rotate(batch: BatchState, workMs = this.#quantumMs): void {
    const { lane } = batch;
    if (lane === undefined) return;
    if (lane.batches.length > 1) {
      lane.batches.remove(batch);
      lane.batches.pushBack(batch);
    }
    lane.deficitMs = Math.max(-turnsOwedMax * this.#quantumMs, lane.deficitMs - workMs);
    if (lane.deficitMs <= 0) this.#nextTurn(lane);
  }

  #nextTurn(lane: Lane): void {
    lane.deficitMs += this.#quantumMs;
    if (lane.level.turns.length === 1) return;
    lane.level.turns.remove(lane);
    lane.level.turns.pushBack(lane);
  }

  #wait(batch: BatchState, waitingMs: number): void {
    const { lane } = batch;
    if (lane === undefined) return;
    const change = waitingMs - batch.waitingMs;
    batch.waitingMs = waitingMs;
    lane.waitingMs += change;
    lane.level.waitingMs += change;
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
    const links = { list: undefined, previous: undefined, next: undefined };
    const lane: Lane = { client, level, batches, deficitMs: this.#quantumMs, waitingMs: 0, ...links };
    level.lanes.set(client, lane);
    return lane;
  }

  #level(priority: number): Level {
    const at = this.#levels.findIndex((level) => level.priority <= priority);
    const known = this.#levels[at];
    if (known?.priority === priority) return known;
    const level: Level = { priority, lanes: new Map(), turns: new LinkedList(), waitingMs: 0 };
    this.#levels.splice(at === -1 ? this.#levels.length : at, 0, level);
    return level;
  }

  /** A lane ran empty. A few such are kept, since most clients come back at once. */
  #leave(lane: Lane): void {
    const { level } = lane;
    level.turns.remove(lane);
    lane.waitingMs = 0; // sums of floats drift
    if (level.turns.length === 0) level.waitingMs = 0;
    if (level.lanes.size > limits.idleLanesMax) level.lanes.delete(lane.client);
    if (level.turns.length === 0 && level.priority !== 0) this.#levels.splice(this.#levels.indexOf(level), 1);
  }
}

function firstNotPassed(lane: Lane): BatchState | undefined {
  let batch = lane.batches.front();
  while (batch?.passedOver === true) batch = batch.next;
  return batch;
}
