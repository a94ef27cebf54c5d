/**
 * Connections between the scheduler and its nodes. Frames of one connection and direction arrive in order after a
 * random latency; different connections overtake one another. A connection may be cut (both ends learn of it, each
 * later) or fall silent (nobody does). Frames of a node may arrive twice, and may still arrive after the cut.
 */
import type { Random } from "../../src/base/random.ts";
import type { CancelAttempt, Dispatch } from "../../src/scheduler/action.ts";
import type { Event } from "../../src/scheduler/event.ts";
import { chance, type Timeline } from "./timeline.ts";

/** How bad it is. */
export interface NetworkProfile {
  readonly latencyMs: number;
  /** Probability of a frame that takes ten times as long. */
  readonly slow: number;
  /** Probability that a frame of a node arrives twice. */
  readonly duplicated: number;
  /** Probability that a frame under way at the cut still arrives. */
  readonly late: number;
}

/** What the ends do. */
export interface LinkEnds {
  toNode(frame: Dispatch | CancelAttempt): void;
  toScheduler(event: Event): void;
  cutAtNode(): void;
  cutAtScheduler(): void;
}

/** One connection. Closed for good once it is cut. */
export class LossyLink {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #profile: NetworkProfile;
  readonly #ends: LinkEnds;
  #state: "open" | "silent" | "cut" = "open";
  #nodeArrival = 0;
  #schedulerArrival = 0;

  constructor(timeline: Timeline, random: Random, profile: NetworkProfile, ends: LinkEnds) {
    this.#timeline = timeline;
    this.#random = random;
    this.#profile = profile;
    this.#ends = ends;
  }

  send(frame: Dispatch | CancelAttempt): void {
    if (this.#state !== "open") return;
    this.#nodeArrival = this.#arrival(this.#nodeArrival);
    this.#timeline.at(this.#nodeArrival, () => {
      if (this.#state === "open") this.#ends.toNode(frame);
    });
  }

  report(event: Event): void {
    if (this.#state === "silent" || (this.#state === "cut" && !chance(this.#random, this.#profile.late)))
      return;
    const copies = chance(this.#random, this.#profile.duplicated) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.#schedulerArrival = this.#arrival(this.#schedulerArrival);
      this.#timeline.at(this.#schedulerArrival, () => {
        const arrives = this.#state === "open" || (copy === 0 && chance(this.#random, this.#profile.late));
        if (arrives) this.#ends.toScheduler(event);
      });
    }
  }

  /** Nothing arrives any more, and nobody is told. */
  silence(): void {
    if (this.#state === "open") this.#state = "silent";
  }

  cut(): void {
    if (this.#state === "cut") return;
    this.#state = "cut";
    this.#timeline.after(this.#latency(), () => this.#ends.cutAtNode());
    this.#timeline.after(this.#latency(), () => this.#ends.cutAtScheduler());
  }

  #arrival(last: number): number {
    return Math.max(last + 1e-6, this.#timeline.now + this.#latency());
  }

  #latency(): number {
    const { latencyMs, slow } = this.#profile;
    return this.#random.next() * latencyMs * (chance(this.#random, slow) ? 10 : 1);
  }
}
