/**
 * When to act on what a turn of the event loop has gathered. Acting at its very end gathers the most, but lets a call
 * that is alone wait for the rest of the turn and, where acting is writing to a socket, for another turn: HTTP/2 puts
 * its own write off in the same way. So the first that is asked for in a turn is done as soon as the callback that
 * asked for it is over, with its promises. What is asked for after that is done together, at the end of the turn.
 *
 * That a turn has but one thing to do is a hunch: once turns have had more, they are not cut in two for a while, so that
 * under load everything of a turn is done once.
 */
import { Hunch } from "./hunch.ts";

/** Busy turns that are not cut in two before it is tried again. */
const wholeTurnsMax = 16;

/** Puts a function off. */
export type Defer = (run: () => void) => void;

/** The turns of one event loop. */
export class TurnEnd {
  readonly #soon: Defer;
  readonly #atEnd: Defer;
  readonly #quiet = new Hunch(wholeTurnsMax);
  readonly #jobs: (() => void)[] = [];
  /** Nothing was asked for in this turn; or what is asked for is done soon; or at the end of the turn. */
  #phase: "begun" | "soon" | "end" = "begun";
  /** The present turn was cut in two. */
  #cut = false;

  /** `soon` runs a function after the present callback and its promises, `atEnd` at the end of the turn. */
  constructor(soon: Defer, atEnd: Defer) {
    this.#soon = soon;
    this.#atEnd = atEnd;
  }

  /** Does it when the time has come, and what that asks for in its turn right after it. */
  do(job: () => void): void {
    this.#jobs.push(job);
    if (this.#phase !== "begun") return;
    this.#cut = this.#quiet.follow();
    this.#phase = this.#cut ? "soon" : "end";
    if (this.#cut) this.#soon(this.#first);
    else this.#atEnd(this.#rest);
  }

  readonly #first = (): void => {
    this.#atEnd(this.#rest);
    try {
      this.#run();
    } finally {
      this.#phase = "end";
    }
  };

  readonly #rest = (): void => {
    if (this.#cut) this.#quiet.learn(this.#jobs.length === 0);
    this.#cut = false;
    try {
      this.#run();
    } finally {
      if (this.#jobs.length === 0) this.#phase = "begun";
      else this.#atEnd(this.#rest); // one that threw has left those after it
    }
  };

  #run(): void {
    let next = 0;
    try {
      for (let job = this.#jobs[next]; job !== undefined; job = this.#jobs[next]) {
        next++;
        job();
      }
    } finally {
      if (next === 1 && this.#jobs.length === 1) this.#jobs.pop();
      else this.#jobs.splice(0, next);
    }
  }
}

/** After the callback's promises, which come after what it put off by itself. */
const afterPromises: Defer = (run) => queueMicrotask(() => process.nextTick(run));

const turnEnd = new TurnEnd(afterPromises, setImmediate);

/** Does something when what this turn of the event loop gathers is to leave; see above. */
export function atTurnEnd(job: () => void): void {
  turnEnd.do(job);
}
