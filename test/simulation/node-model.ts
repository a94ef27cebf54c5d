/**
 * A node as the scheduler meets it: workers that take attempts in turn, report in pieces, kill and refuse; and a
 * process that crashes, freezes, drains, loses its connection and comes back.
 */
import { nodeId, type AttemptId, type NodeId } from "../../src/base/ids.ts";
import type { Random } from "../../src/base/random.ts";
import type { CancelAttempt, Dispatch } from "../../src/scheduler/action.ts";
import type { Ended, Event, ItemFailure } from "../../src/scheduler/event.ts";
import type { LossyLink } from "./network.ts";
import { between, chance, oneOf, type Timeline } from "./timeline.ts";
import type { Workload } from "./workload.ts";

/** How a node behaves when nothing is wrong with its process. */
export interface NodeProfile {
  readonly workers: number;
  readonly zone: string;
  /** Probability that it refuses an attempt. */
  readonly refuses: number;
}

interface HeldAttempt {
  readonly dispatch: Dispatch;
  readonly cancelled: Set<number>;
}

/** What a node needs of its world. */
export interface NodeWorld {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly workload: Workload;
  /** Opens a new connection, which the node joins by. */
  connect(node: NodeModel): LossyLink;
}

/** One node through all its lives. */
export class NodeModel {
  readonly id: NodeId;
  readonly profile: NodeProfile;
  readonly #world: NodeWorld;
  incarnation = 0;
  #state: "down" | "up" | "frozen" = "down";
  #draining = false;
  #link: LossyLink | undefined;
  #queue: HeldAttempt[] = [];
  #held = new Map<AttemptId, HeldAttempt>();
  #idleWorkers = 0;
  /** What falls due while the process stands still. */
  #late: (() => void)[] = [];

  constructor(name: string, profile: NodeProfile, world: NodeWorld) {
    this.id = nodeId(name);
    this.profile = profile;
    this.#world = world;
  }

  start(): void {
    if (this.#state !== "down") return;
    this.#state = "up";
    this.#draining = false;
    this.incarnation++;
    this.#join();
    this.#heartbeat(this.incarnation);
  }

  /** The process ends. With `silently` the machine ends, and nobody closes its connections. */
  crash(silently: boolean): void {
    if (this.#state === "down") return;
    this.#state = "down";
    this.#late = [];
    this.#dropWork();
    if (silently) this.#link?.silence();
    else this.#link?.cut();
    this.#link = undefined;
  }

  /** The process stands still for a while: nothing is sent, what arrives waits. */
  freeze(ms: number): void {
    if (this.#state !== "up") return;
    this.#state = "frozen";
    const life = this.incarnation;
    this.#world.timeline.after(ms, () => {
      if (this.#state !== "frozen" || this.incarnation !== life) return;
      this.#state = "up";
      const late = this.#late;
      this.#late = [];
      for (const run of late) run();
    });
  }

  loseConnection(silently: boolean): void {
    if (silently) this.#link?.silence();
    else this.#link?.cut();
  }

  drain(): void {
    if (this.#state !== "up" || this.#draining) return;
    this.#draining = true;
    this.#say({ kind: "nodeDraining", node: this.id, incarnation: this.incarnation });
  }

  /** Takes work again after a drain. */
  undrain(): void {
    if (!this.#draining) return;
    this.#draining = false;
    if (this.#link !== undefined && this.#state === "up") this.#announce();
  }

  /** Tells what it takes; `generous` is enough for everything. */
  setCredit(generous: boolean): void {
    const { workers } = this.profile;
    const { random } = this.#world;
    this.#say({
      kind: "nodeCredit",
      node: this.id,
      incarnation: this.incarnation,
      queueMs: generous ? workers * 12 : oneOf(random, [0, 3, workers * 12]),
      queueBytes: generous ? 1_000_000 : oneOf(random, [0, 100_000, 300_000]),
      attempts: generous ? workers * 4 : oneOf(random, [0, 1, workers, workers * 4]),
    });
  }

  receive(frame: Dispatch | CancelAttempt, link: LossyLink): void {
    this.#whenAwake(() => {
      if (this.#link !== link) return;
      if (frame.kind === "dispatch") this.#take(frame);
      else this.#cancel(frame);
    });
  }

  /** The connection is over: its work is not wanted, and the node comes back by a new one. */
  disconnected(link: LossyLink): void {
    this.#whenAwake(() => {
      if (this.#link !== link) return;
      this.#dropWork();
      this.#link = undefined;
      const life = this.incarnation;
      this.#world.timeline.after(this.#world.random.next() * 300, () =>
        this.#whenAwake(() => {
          if (this.incarnation === life && this.#link === undefined) this.#join();
        }),
      );
    });
  }

  #join(): void {
    this.#link = this.#world.connect(this);
    this.#idleWorkers = this.profile.workers;
    this.#announce();
  }

  #announce(): void {
    const { id: node, incarnation } = this;
    const { workers } = this.profile;
    this.#say({ kind: "nodeJoined", node, incarnation, workers, zone: this.profile.zone });
    this.setCredit(true);
    if (this.#draining) this.#say({ kind: "nodeDraining", node, incarnation });
  }

  #heartbeat(life: number): void {
    if (this.#state === "down" || this.incarnation !== life) return;
    if (this.#state === "up") this.#say({ kind: "nodeAlive", node: this.id, incarnation: life });
    this.#world.timeline.after(1_000, () => this.#heartbeat(life));
  }

  #take(dispatch: Dispatch): void {
    if (this.#draining) {
      this.#end(dispatch, "NODE_DRAINING");
    } else if (chance(this.#world.random, this.profile.refuses)) {
      this.#end(
        dispatch,
        oneOf(this.#world.random, ["NODE_OVERLOADED", "NOT_STARTED", "MODULE_UNAVAILABLE"]),
      );
    } else {
      const held = { dispatch, cancelled: new Set<number>() };
      this.#held.set(dispatch.attempt, held);
      this.#queue.push(held);
      this.#runNext();
    }
  }

  #cancel(frame: CancelAttempt): void {
    const held = this.#held.get(frame.attempt);
    for (let index = frame.first; index < frame.first + frame.count; index++) held?.cancelled.add(index);
  }

  #runNext(): void {
    if (this.#idleWorkers === 0) return;
    const held = this.#queue.shift();
    if (held === undefined) return;
    this.#idleWorkers--;
    this.#runPiece(held, held.dispatch.first);
  }

  /** Runs some items and reports them together, then goes on. */
  #runPiece(held: HeldAttempt, first: number): void {
    const { dispatch, cancelled } = held;
    const { random, workload } = this.#world;
    const end = Math.min(dispatch.first + dispatch.count, first + between(random, 1, 64));
    const failures: ItemFailure[] = [];
    let rest: string | undefined;
    let crashes = false;
    let ms = 0.005;
    let at = first;
    for (; at < end && rest === undefined && !crashes; at++) {
      if (cancelled.has(at)) {
        failures.push(failure(at, "CANCELLED"));
        continue;
      }
      const run = workload.run(dispatch.batch, at, dispatch.number);
      ms += run.ms;
      if (run.outcome === "fails") failures.push(failure(at, "KERNEL_FAILED"));
      if (run.outcome === "workerLost") failures.push(failure(at, "WORKER_LOST"));
      if (run.outcome === "killed") failures.push(failure(at, "TIME_LIMIT"));
      if (run.outcome === "killed" || run.outcome === "workerLost") rest = "NOT_STARTED";
      crashes = run.outcome === "takesNodeDown";
    }
    const last = at === dispatch.first + dispatch.count;
    this.#later(ms, () => {
      if (crashes) return this.#takenDown();
      if (this.#held.get(dispatch.attempt) !== held) return; // its connection fell meanwhile
      this.#report(dispatch, first, at - first, failures, ms);
      if (!last && rest === undefined) return this.#runPiece(held, at);
      this.#held.delete(dispatch.attempt);
      this.#end(dispatch, rest ?? "NOT_STARTED");
      this.#idleWorkers++;
      this.#runNext();
    });
  }

  #takenDown(): void {
    this.crash(false);
    this.#world.timeline.after(200, () => this.start());
  }

  #report(dispatch: Dispatch, first: number, count: number, failures: ItemFailure[], runMs: number): void {
    const { attempt } = dispatch;
    const { id: node, incarnation } = this;
    this.#say({ kind: "progress", attempt, node, incarnation, first, count, failures, runMs });
  }

  #end(dispatch: Dispatch, reason: string): void {
    const { attempt } = dispatch;
    const { random } = this.#world;
    const says = reason === "NODE_OVERLOADED" && chance(random, 0.6);
    const pushbackMs = says ? oneOf(random, [-1, 0, 30, 30]) : undefined;
    const rest: Ended["rest"] = { code: 14, reason, message: `node ${this.id} says ${reason}`, pushbackMs };
    this.#say({ kind: "ended", attempt, node: this.id, incarnation: this.incarnation, rest });
  }

  #dropWork(): void {
    this.#queue = [];
    this.#held.clear();
    this.#idleWorkers = this.profile.workers;
  }

  #say(event: Event): void {
    this.#link?.report(event);
  }

  #later(ms: number, run: () => void): void {
    const life = this.incarnation;
    this.#world.timeline.after(ms, () => {
      if (this.incarnation === life && this.#state !== "down") this.#whenAwake(run);
    });
  }

  #whenAwake(run: () => void): void {
    if (this.#state === "up") run();
    else if (this.#state === "frozen") this.#late.push(run);
  }
}

function failure(index: number, reason: string): ItemFailure {
  return { index, code: 2, reason, message: `it says ${reason}` };
}
