/** Composition of a node: workers, module cache, the Executor service, and a registration at each scheduler. */
import { setTimeout as wait } from "node:timers/promises";
import type { Server } from "../rpc/grpc.ts";
import { systemClock } from "../base/clock.ts";
import type { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { systemRandom } from "../base/random.ts";
import { version } from "../base/version.ts";
import { HealthService } from "../rpc/health.ts";
import { bind, bindUnix, createRpcServer, stopServer, type BindOptions } from "../rpc/server.ts";
import type { Heartbeat } from "../rpc/generated/heddle/v1/Heartbeat.ts";
import type { NodeFacts } from "../rpc/generated/heddle/v1/NodeFacts.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { WorkerPool } from "../worker/pool.ts";
import { Batches } from "./batches.ts";
import { creditOf } from "./credits.ts";
import { Executor } from "./executor.ts";
import { LogBudget } from "./log-budget.ts";
import { ModuleSources } from "./module-fetch.ts";
import { ModuleCache } from "./module-cache.ts";
import type { NodeWorkers } from "./node-workers.ts";
import { Registration } from "./register.ts";

export interface NodeOptions {
  readonly id: string;
  /** Addresses of schedulers, `host:port`. */
  readonly schedulers: readonly string[];
  readonly secret: string;
  readonly bind: BindOptions;
  /** Unix socket to listen on as well, for schedulers on this machine; empty for none. */
  readonly unixPath: string;
  /** Its workers, which may be starting already. */
  readonly workers: NodeWorkers;
  readonly zone: string;
  readonly modules: ModuleStore;
  readonly events: NodeEvents;
}

/** What a node tells its process. */
export interface NodeEvents {
  accepted(scheduler: string): void;
  /** A scheduler is out of reach; `final` when it refused the node for good. */
  lost(scheduler: string, error: HeddleError, final: boolean): void;
  /** A module has come from a node or a scheduler. */
  fetched(digest: KernelDigest, from: string): void;
  /** Something went wrong that the node got over. */
  warn(text: string): void;
}

export class Node {
  readonly incarnation = Date.now();
  readonly #options: NodeOptions;
  readonly #pool: WorkerPool;
  readonly #batches: Batches;
  readonly #executor: Executor;
  readonly #server: Server = createRpcServer("scheduler");
  readonly #health = new HealthService(["heddle.v1.Executor"]);
  readonly #registrations: readonly Registration[];
  readonly #sources: ModuleSources;
  readonly #modules: ModuleCache;
  #sweeping: NodeJS.Timeout | undefined;
  #address = "";
  #stopping: Promise<void> | undefined;

  constructor(options: NodeOptions) {
    const { id, secret } = options;
    const { count: workers, pool } = options.workers;
    this.#options = options;
    this.#pool = pool;
    this.#batches = new Batches(id, systemClock, () => pool);
    options.workers.serve({
      part: (part) => this.#batches.part(part),
      log: (entry) => this.#batches.log(entry),
      held: () => this.#executor.announceCredit(),
    });
    const { fetched, warn } = options.events;
    this.#sources = new ModuleSources({
      schedulers: options.schedulers,
      secret,
      fetched,
      peerFailed: (peer, error) => warn(`node at ${peer} gave no module: ${error.rawMessage}`),
    });
    this.#modules = new ModuleCache({
      store: options.modules,
      clock: systemClock,
      fetch: (digest, peers, early) => this.#sources.fetch(digest, peers, early),
      prepare: (kernel) => this.#pool.prepare(kernel),
      offer: (kernel) => this.#pool.offer(kernel),
      forget: (kernel) => this.#pool.forget(kernel),
      notKept: (digest, error) => warn(`module ${digest} is not kept on disk: ${error.rawMessage}`),
    });
    const credit = () => creditOf(workers, this.#batches.draining, this.#pool.held);
    const logBudget = new LogBudget(systemClock);
    const dropped = (attempts: number): void => {
      const ran = attempts === 1 ? "an attempt" : `${attempts} attempts`;
      warn(`the stream of a scheduler broke; ${ran} that it had here will run again elsewhere`);
    };
    const shared = { modules: this.#modules, batches: this.#batches, logBudget, credit, dropped };
    const node = { id, incarnation: this.incarnation, workers, ...shared };
    this.#executor = new Executor(node, secret);
    this.#executor.addTo(this.#server);
    this.#health.addTo(this.#server);
    this.#registrations = options.schedulers.map(
      (scheduler) =>
        new Registration({
          scheduler,
          secret,
          random: systemRandom,
          facts: () => this.#facts(),
          load: () => this.#load(),
          accepted: (name) => options.events.accepted(name),
          drain: () => this.drain(),
          lost: (name, error, final) => options.events.lost(name, error, final),
        }),
    );
  }

  /** Listens and registers; gives the address of the executor. Throws ADDRESS_IN_USE, BAD_REQUEST. */
  async start(): Promise<string> {
    const started = this.#pool.start();
    const port = await bind(this.#server, this.#options.bind);
    this.#address = `${this.#options.bind.host}:${port}`;
    if (this.#options.unixPath !== "") await bindUnix(this.#server, this.#options.unixPath);
    for (const registration of this.#registrations) registration.start();
    this.#sweeping = setInterval(() => this.#modules.sweep(), limits.moduleIdleMs / 8).unref();
    await started; // until then batches wait in the pool
    return this.#address;
  }

  /** Finishes what it has and takes nothing new. */
  drain(): void {
    this.#batches.drain();
    this.#health.set("NOT_SERVING");
    this.#executor.announceCredit();
  }

  /** Drains for a bounded time, leaves, and ends everything. May be called twice. */
  stop(why: string): Promise<void> {
    this.#stopping ??= this.#stop(why);
    return this.#stopping;
  }

  async #stop(why: string): Promise<void> {
    for (const registration of this.#registrations) registration.announceLeaving(why);
    this.drain();
    const late = new AbortController();
    await Promise.race([
      this.#batches.empty(),
      wait(limits.stopGraceMs, undefined, { signal: late.signal }).catch(() => {}), // aborted: all ended in time
    ]);
    late.abort();
    for (const registration of this.#registrations) registration.stop(why);
    this.#executor.close();
    this.#health.close();
    clearInterval(this.#sweeping);
    this.#sources.close();
    await this.#pool.stop();
    await stopServer(this.#server, limits.stopGraceMs);
  }

  #facts(): NodeFacts {
    const { id, unixPath, zone } = this.#options;
    const { count: workers } = this.#options.workers;
    return {
      id,
      incarnation: this.incarnation,
      address: this.#address,
      unixAddress: unixPath,
      pid: process.pid,
      workers,
      version,
      zone,
    };
  }

  #load(): Heartbeat {
    const { busy, restarts } = this.#pool.stats();
    return {
      attempts: this.#batches.count,
      executed: this.#batches.executed,
      memoryBytes: process.memoryUsage.rss(),
      busyWorkers: busy,
      workerRestarts: restarts,
      attemptsDropped: this.#batches.dropped,
    };
  }
}
