/**
 * What a map may have under way, so that neither a fast producer nor a slow consumer fills the memory of anybody. Two
 * things bound it. Inputs are taken while those under way, with their results as large as results have been so far, fit
 * the window. That comes too late for the first ones, whose results nobody has seen; so when results that the consumer
 * could take exceed the window, the gateway is told to start nothing more of the map until half of them are gone.
 *
 * A map that has as many inputs under way as it may takes no more until there is room for some together: one for each
 * result would be a frame each, and a turn of the client and of the gateway.
 *
 * Results behind one that is missing do not count for that: it may be among those not started yet.
 */
import type { MapInputs } from "./map-inputs.ts";
import type { MapResults } from "./map-results.ts";
import type { ResolvedMap } from "./options.ts";

/** Results under way may take so many windows by estimate: most of them are on nodes or on their way. */
const resultWindows = 4;

/** The room that a full map waits for: this share of what may be under way, which leaves workers enough to do. */
const refillShare = 1 / 16;
/** As many as go in one frame and cost little each. */
const refillItemsMax = 1024;

/** Inputs that are encoded and not sent yet. */
interface Building {
  readonly count: number;
  readonly bytes: number;
}

/** Where the gateway is told. */
export interface PausableOutlet {
  pause(paused: boolean): void;
}

export class MapWindow {
  readonly #options: ResolvedMap;
  readonly #inputs: MapInputs;
  readonly #results: MapResults;
  readonly #outlet: PausableOutlet;
  #state: "flowing" | "paused" = "flowing";
  /** How many may be under way for another to be taken: fewer while the map is full. */
  #underWayMax: number;

  constructor(options: ResolvedMap, inputs: MapInputs, results: MapResults, outlet: PausableOutlet) {
    this.#options = options;
    this.#inputs = inputs;
    this.#results = results;
    this.#outlet = outlet;
    this.#underWayMax = options.concurrency;
  }

  /** May another input be taken? `sessionBytes` is what the gateway lets the client have unsettled. */
  hasRoom(building: Building, sessionBytes: number): boolean {
    const underWay = this.#inputs.taken + building.count - this.#results.delivered;
    if (underWay === 0) return true;
    const window = Math.min(this.#options.windowBytes, sessionBytes);
    const bytes = this.#inputs.bytes + building.bytes + this.#results.bytes;
    if (underWay >= this.#underWayMax) {
      const { concurrency } = this.#options;
      this.#underWayMax = concurrency - Math.min(refillItemsMax, Math.floor(concurrency * refillShare));
      return false;
    }
    this.#underWayMax = this.#options.concurrency;
    if (bytes >= window) return false;
    return underWay * this.#results.meanBytes < resultWindows * window;
  }

  /** Pauses the map or lets it go on; to be called when results came or went. */
  regulate(): void {
    const { bytes } = this.#results;
    const { windowBytes } = this.#options;
    if (this.#state === "flowing") {
      if (bytes <= windowBytes || !this.#results.ready) return;
      this.#state = "paused";
    } else {
      if (bytes > windowBytes / 2 && this.#results.ready) return;
      this.#state = "flowing";
    }
    this.#outlet.pause(this.#state === "paused");
  }

  /** A new submission begins, which is not paused. */
  restart(): void {
    this.#state = "flowing";
  }
}
