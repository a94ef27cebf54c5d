/**
 * The scheduler in a world of its own: clients, nodes and a network in virtual time, all drawn from one seed, with
 * faults for a while and peace after it, in which all that is left must come to its end. The shell is the thinnest:
 * it gathers events for a fraction of a millisecond, takes a step, and has the checker look at it.
 */
import { createSeededRandom, type Random } from "../../src/base/random.ts";
import type { Action } from "../../src/scheduler/action.ts";
import type { Event } from "../../src/scheduler/event.ts";
import { resolveSchedulerOptions, type SchedulerOptions } from "../../src/scheduler/options.ts";
import { createScheduler, type Scheduler } from "../../src/scheduler/scheduler.ts";
import { Checker, type CheckerTotals } from "./checker.ts";
import { LossyLink, type NetworkProfile } from "./network.ts";
import { NodeModel } from "./node-model.ts";
import { between, chance, oneOf, Timeline } from "./timeline.ts";
import { Workload } from "./workload.ts";

/** What a run amounted to. */
export interface SimulationReport extends CheckerTotals {
  readonly steps: number;
  readonly virtualMs: number;
  /** A digest of all actions: the same seed gives the same one. */
  readonly fingerprint: number;
}

const faultsMs = 6_000;
const endMs = 300_000;

/** Runs the world of a seed to its end. Throws what the checker finds, with the last steps before it. */
export function simulate(seed: number): SimulationReport {
  return new Simulation(seed).run();
}

class Simulation {
  readonly #seed: number;
  readonly #random: Random;
  readonly #timeline = new Timeline();
  readonly #options: SchedulerOptions;
  readonly #scheduler: Scheduler;
  readonly #checker: Checker;
  readonly #network: NetworkProfile;
  readonly #workload: Workload;
  readonly #nodes: NodeModel[] = [];
  readonly #links = new Map<string, LossyLink>();
  readonly #history: {
    readonly now: number;
    readonly events: readonly Event[];
    readonly actions: readonly Action[];
  }[] = [];
  #events: Event[] = [];
  #stepDue = false;
  #steps = 0;
  #fingerprint = 0;

  constructor(seed: number) {
    const random = createSeededRandom(seed);
    this.#seed = seed;
    this.#random = random;
    this.#options = resolveSchedulerOptions({
      placement: chance(random, 0.8) ? "power-of-two" : "round-robin",
      zone: oneOf(random, ["", "east"]),
      queueMaxMs: oneOf(random, [50, 10_000]),
      nodeWaitMs: oneOf(random, [300, 10_000]),
      queueItemsMax: oneOf(random, [150, 4_000_000, 4_000_000, 4_000_000]),
      refusalsMax: oneOf(random, [2, 100]),
      ejectInRow: oneOf(random, [1, 5]),
      ejectOutcomesMin: oneOf(random, [3, 20]),
      ejectBaseMs: oneOf(random, [50, 1_000, 5_000]),
      breakerKillsMin: oneOf(random, [2, 10]),
      breakerOpenMs: oneOf(random, [200, 5_000]),
      retryTokensMax: oneOf(random, [4, 100, 100]),
      nodeQueueMs: oneOf(random, [0, 12, 12]),
      passedMax: 1_000_000,
    });
    this.#scheduler = createScheduler(this.#options, createSeededRandom(seed + 1));
    this.#checker = new Checker(this.#options);
    this.#network = {
      latencyMs: oneOf(random, [0.1, 1, 20]),
      slow: oneOf(random, [0, 0.05]),
      duplicated: oneOf(random, [0, 0.1]),
      late: oneOf(random, [0, 0.5]),
    };
    this.#workload = new Workload(seed, this.#timeline, (event) => this.#post(event));
  }

  run(): SimulationReport {
    const random = this.#random;
    this.#workload.plan(between(random, 1, 12), oneOf(random, [1, 500, 3_000]));
    this.#addNodes(between(random, 1, 6));
    if (chance(random, 0.9)) this.#planFaults(between(random, 0, 12));
    this.#timeline.at(faultsMs, () => this.#makePeace());
    while (this.#isBusy()) {
      if (!this.#timeline.advance(endMs)) throw this.#error("something is still unsettled at the end");
    }
    const { now: virtualMs } = this.#timeline;
    return { ...this.#checker.totals, steps: this.#steps, virtualMs, fingerprint: this.#fingerprint };
  }

  #isBusy(): boolean {
    const open = this.#workload.unfinished + this.#checker.unsettledBatches + this.#checker.liveAttempts;
    return open > 0 || this.#events.length > 0;
  }

  #addNodes(count: number): void {
    const random = this.#random;
    const refuses = oneOf(random, [0, 0, 0.1]);
    for (let place = 0; place < count; place++) {
      const profile = {
        workers: oneOf(random, [1, 1, 2, 4]),
        zone: oneOf(random, ["", "east", "west"]),
        refuses,
      };
      const world = {
        timeline: this.#timeline,
        random,
        workload: this.#workload,
        connect: (node: NodeModel) => this.#connect(node),
      };
      const node = new NodeModel(`node-${place}`, profile, world);
      this.#nodes.push(node);
      this.#timeline.at(oneOf(random, [0, 0, 100, 2_000]) * random.next(), () => node.start());
    }
  }

  #connect(node: NodeModel): LossyLink {
    const { incarnation, id } = node;
    const link: LossyLink = new LossyLink(this.#timeline, this.#random, this.#network, {
      toNode: (frame) => node.receive(frame, link),
      toScheduler: (event) => this.#arrived(id, link, event),
      cutAtNode: () => node.disconnected(link),
      cutAtScheduler: () => {
        if (this.#links.get(id) !== link) return;
        this.#links.delete(id);
        this.#post({
          kind: "nodeLost",
          node: id,
          incarnation,
          why: chance(this.#random, 0.5) ? "closed" : "left",
        });
      },
    });
    return link;
  }

  /** Joins make a connection the node's; what comes by an older one still reaches the core, which must see to it. */
  #arrived(id: string, link: LossyLink, event: Event): void {
    const about = event.kind === "progress" || event.kind === "ended";
    if (event.kind === "nodeJoined") {
      const older = this.#links.get(id);
      if (older !== undefined && older !== link) this.#replace(id, older);
      this.#links.set(id, link);
    } else if (!about && this.#links.get(id) !== link) {
      return;
    }
    this.#post(event);
  }

  /** The node came back before the loss of its connection was known. */
  #replace(id: string, older: LossyLink): void {
    const node = this.#nodes.find((candidate) => candidate.id === id);
    this.#links.delete(id);
    older.cut();
    if (node === undefined) return;
    // The shell closes the older connection of the same boot first; a later boot replaces it in the core itself.
    this.#post({ kind: "nodeLost", node: node.id, incarnation: node.incarnation, why: "closed" });
  }

  #planFaults(count: number): void {
    const random = this.#random;
    for (let place = 0; place < count; place++) {
      this.#timeline.at(random.next() * faultsMs * 0.9, () => this.#fault(oneOf(random, this.#nodes)));
    }
  }

  #fault(node: NodeModel): void {
    const random = this.#random;
    const soon = random.next() * 1_500;
    switch (between(random, 0, 6)) {
      case 0:
      case 1:
        node.crash(chance(random, 0.3));
        return this.#timeline.after(soon, () => node.start());
      case 2:
        return node.freeze(oneOf(random, [200, 4_000]) * random.next());
      case 3:
        return node.loseConnection(chance(random, 0.3));
      case 4:
        node.drain();
        return this.#timeline.after(soon, () => node.undrain());
      case 5:
        node.drain();
        return this.#timeline.after(soon, () => node.crash(false));
      default:
        node.setCredit(false);
        return this.#timeline.after(soon, () => node.setCredit(true));
    }
  }

  #makePeace(): void {
    for (const node of this.#nodes) {
      node.start();
      node.undrain();
      node.setCredit(true);
    }
    // What freezes and cuts of the last moment left behind comes up within a lease; then all is well for good.
    this.#timeline.after(5_000, () => {
      for (const node of this.#nodes) node.start();
    });
  }

  #post(event: Event): void {
    this.#events.push(event);
    if (this.#stepDue) return;
    this.#stepDue = true;
    this.#timeline.after(oneOf(this.#random, [0, 0.05, 0.5]), () => this.#step());
  }

  #step(): void {
    const { now } = this.#timeline;
    const events = this.#events;
    this.#events = [];
    this.#stepDue = false;
    const actions = this.#scheduler.step(events, now);
    this.#steps++;
    this.#history.push({ now, events, actions });
    if (this.#history.length > 20) this.#history.shift();
    try {
      this.#checker.check(events, now, actions, this.#scheduler.snapshot());
    } catch (error) {
      throw this.#error(error instanceof Error ? error.message : String(error));
    }
    for (const action of actions) this.#perform(action);
  }

  #perform(action: Action): void {
    const subject = "attempt" in action ? action.attempt : "batch" in action ? action.batch : 0;
    const size = "count" in action ? action.count : 0;
    this.#fingerprint = (Math.imul(this.#fingerprint, 31) + subject * 7 + size + action.kind.length) | 0;
    if (action.kind === "dispatch" || action.kind === "cancelAttempt")
      this.#links.get(action.node)?.send(action);
    if (action.kind === "nodeGone") {
      const link = this.#links.get(action.node);
      this.#links.delete(action.node);
      link?.cut();
    }
    if (action.kind === "wake") this.#timeline.at(action.at, () => this.#post({ kind: "tick" }));
  }

  #error(message: string): Error {
    const steps = this.#history.map((step) => JSON.stringify(step));
    return new Error(`seed ${this.#seed}, step ${this.#steps}: ${message}\n${steps.join("\n")}`);
  }
}
