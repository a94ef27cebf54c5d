/**
 * Who is in the pool: a place (lane) for each worker, and warm spares that take the place of one that is ended, at
 * once. New threads are started until there are as many as there should be. Threads that die by themselves make the
 * next start wait, longer each time, so that a defect does not become a storm of threads.
 */
import { limits } from "../base/limits.ts";
import { HeddleError } from "../base/error.ts";

/** A thread as the roster sees it. */
export interface RosterMember {
  /** Its place; −1 for none. */
  lane: number;
  readonly state: "starting" | "ready" | "ending" | "ended";
  /** A long item holds it. */
  readonly late: boolean;
  /** Set when it died by itself. */
  readonly error: HeddleError | undefined;
  exited(): Promise<void>;
}

/** What the roster is made of. */
export interface RosterOptions<Member extends RosterMember> {
  readonly workers: number;
  readonly spares: number;
  /** How long after the workers the first spares start. Default: with them. */
  readonly spareDelayMs?: number;
  /** Starts a thread. */
  readonly create: () => Member;
  /** A worker has taken its place. */
  readonly joined: (handle: Member) => void;
}

/** The workers of a pool and their spares. */
export class Roster<Member extends RosterMember> {
  /** Workers by lane; undefined while the place is empty. */
  readonly lanes: (Member | undefined)[];
  readonly #options: RosterOptions<Member>;
  readonly #spares: Member[] = [];
  readonly #starting = new Set<Member>();
  readonly #ending = new Set<Member>();
  #state: "open" | "closed" = "open";
  /** Threads in a row that died by themselves. */
  #deaths = 0;
  #retry: NodeJS.Timeout | undefined = undefined;
  #spareTimer: NodeJS.Timeout | undefined = undefined;
  /** Spares belong to what should be there. */
  #sparesDue: boolean;
  #filled = Promise.withResolvers<void>();

  constructor(options: RosterOptions<Member>) {
    this.#options = options;
    this.#sparesDue = options.spareDelayMs === undefined;
    this.lanes = Array.from({ length: options.workers }, () => undefined);
    this.#filled.promise.catch(() => {}); // whoever calls open() is told; nobody else waits
  }

  /** Threads that wait to take a place. */
  get spares(): readonly Member[] {
    return this.#spares;
  }

  /**
   * Spares are needed now, in the lane: one that is held by a long item itself is none, so that there is another, as
   * long as there are no more than `limits.laneThreadsMax`.
   */
  openLane(): void {
    this.#sparesDue = true;
    this.#fill();
  }

  /** Starts the threads; resolves when every lane has its worker, rejects when one cannot start or all are stopped. */
  open(): Promise<void> {
    this.#fill(); // does nothing after close

    return this.#filled.promise;
  }

  /** A thread is ready: it takes an empty place or waits as a spare. */
  ready(handle: Member): void {
    this.#starting.delete(handle);
    this.#spares.push(handle);
    this.#promote();
  }

  /** A worker is being ended or is gone: its place goes to a spare. */
  leave(handle: Member): void {
    if (handle.state === "ended") this.#ending.delete(handle);
    else this.#ending.add(handle);
    this.#sparesDue = true; // threads end here
    const lane = this.lanes.indexOf(handle);
    const spare = this.#spares.indexOf(handle);
    const known = lane >= 0 || spare >= 0 || this.#starting.delete(handle);
    if (!known) return; // it has left before
    if (lane >= 0) this.lanes[lane] = undefined;
    if (spare >= 0) this.#spares.splice(spare, 1);
    if (handle.error !== undefined) this.#died(handle.error);
    this.#promote();
    this.#fill();
  }

  /** A worker has finished a batch: what made threads die has passed. */
  healthy(): void {
    this.#deaths = 0;
  }

  /** Ends all threads; resolves when they are gone. */
  async close(end: (handle: Member) => void): Promise<void> {
    this.#state = "closed";
    clearTimeout(this.#retry);
    clearTimeout(this.#spareTimer);
    this.#filled.reject(
      new HeddleError("NOT_STARTED", "the workers were stopped before all of them had started"),
    );
    const all = [...this.lanes, ...this.#spares, ...this.#starting, ...this.#ending];
    const present = all.filter((handle) => handle !== undefined);
    for (const handle of present) end(handle);
    await Promise.all(present.map((handle) => handle.exited()));
  }

  #died(error: HeddleError): void {
    this.#deaths++;
    this.#filled.reject(error); // matters only as long as the pool starts
  }

  #promote(): void {
    for (let lane = 0; lane < this.lanes.length && this.#spares.length > 0; lane++) {
      if (this.lanes[lane] !== undefined) continue;
      const free = this.#spares.findIndex(({ late }) => !late);
      const [handle] = this.#spares.splice(Math.max(0, free), 1);
      if (handle === undefined) break;
      handle.lane = lane;
      this.lanes[lane] = handle;
      this.#options.joined(handle);
    }
    if (this.lanes.includes(undefined)) return;
    this.#filled.resolve();
    if (!this.#sparesDue) this.#expectSpares();
  }

  #expectSpares(): void {
    this.#spareTimer ??= setTimeout(() => {
      this.#sparesDue = true;
      this.#fill();
    }, this.#options.spareDelayMs).unref();
  }

  /** Starts as many threads as are missing, after a pause when they keep dying. */
  #fill(): void {
    if (this.#state === "closed" || this.#retry !== undefined) return;
    if (this.#deaths > 0) {
      const waitMs = Math.min(limits.reconnectBaseMs * 2 ** (this.#deaths - 1), limits.reconnectMaxMs);
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.#start();
      }, waitMs);
      return;
    }
    this.#start();
  }

  #start(): void {
    if (this.#state === "closed") return;
    const { workers, create } = this.#options;
    const late = this.#spares.filter((handle) => handle.late).length;
    const spares = this.#sparesDue ? Math.min(this.#options.spares + late, limits.laneThreadsMax) : 0;
    const present = this.lanes.filter((handle) => handle !== undefined).length;
    const missing = workers + spares - present - this.#spares.length - this.#starting.size;
    for (let index = 0; index < missing; index++) this.#starting.add(create());
  }
}
