/** Composition of the scheduler process: scheduler, gateway and registry over a store, on a gRPC and an HTTP port. */
import type { Server } from "../rpc/grpc.ts";
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { systemRandom } from "../base/random.ts";
import { HealthService } from "../rpc/health.ts";
import { explainUnknownMethods } from "../rpc/unknown-methods.ts";
import { ReflectionService } from "../rpc/reflection.ts";
import { bind, bindUnix, createRpcServer, stopServer, type BindOptions } from "../rpc/server.ts";
import { createScheduler } from "../scheduler/scheduler.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { Store } from "../store/store.ts";
import { ClusterService } from "./cluster-service.ts";
import { Deployment } from "./deployment.ts";
import { Engine } from "./engine.ts";
import { FabricService } from "./fabric-service.ts";
import { invokeOverHttp } from "./http-invoke.ts";
import { describeKernel, describeKernels } from "./http-kernels.ts";
import { HttpServer, type HttpRoutes } from "./http-server.ts";
import { KernelsService } from "./kernels-service.ts";
import { LogBook } from "./log-book.ts";
import { LogReaders } from "./log-reader.ts";
import { Membership } from "./membership.ts";
import { serviceNameOf, type KernelRecord } from "./kernel-record.ts";
import { Registry } from "./registry.ts";
import type { LocalWay } from "./session.ts";
import { Shadows } from "./shadow.ts";
import { SingleCalls } from "./single-calls.ts";
import { TypedService } from "./typed-service.ts";
import { Watchers, type Watcher } from "./watchers.ts";

export interface GatewayOptions {
  /** Name of this scheduler; lasts with its data folder. */
  readonly id: string;
  readonly store: Store;
  readonly modules: ModuleStore;
  readonly secret: string;
  readonly grpc: BindOptions;
  readonly http: BindOptions;
  /** Unix socket to listen on as well, for clients on this machine, in a folder of ours alone; empty for none. */
  readonly unixPath: string;
  /** A kernel that was deployed before could not be read. */
  damaged(kernel: string, error: HeddleError): void;
  /** There is no Unix socket: clients keep to TCP. */
  withoutSocket(error: HeddleError): void;
}

/** Where a gateway listens. */
export interface GatewayAddresses {
  readonly grpc: string;
  readonly http: string;
}

export interface Gateway {
  start(): Promise<GatewayAddresses>;
  /** Lets running work end for a bounded time, then closes everything. May be called twice. */
  stop(): Promise<void>;
  /** Nodes that take work now. */
  readyNodes(): number;
  /** Resolves when so many nodes take work, or the signal aborts. */
  whenReady(nodes: number, signal: AbortSignal): Promise<void>;
}

/** Makes a gateway; the store must have been started. */
export function createGateway(options: GatewayOptions): Gateway {
  return new GatewayProcess(options);
}

class GatewayProcess implements Gateway {
  readonly #options: GatewayOptions;
  readonly #server: Server = createRpcServer("client");
  readonly #watchers = new Watchers();
  readonly #registry: Registry;
  readonly #engine: Engine;
  readonly #shadows: Shadows;
  readonly #membership: Membership;
  readonly #fabric: FabricService;
  readonly #cluster: ClusterService;
  readonly #typed: TypedService;
  readonly #reflection = new ReflectionService();
  /** Full names of the services of kernels. */
  readonly #kernelServices = new Map<string, string>();
  readonly #health = new HealthService(["heddle.v1.Fabric", "heddle.v1.Kernels", "heddle.v1.Cluster"]);
  readonly #logReaders: LogReaders;
  readonly #http: HttpServer;
  readonly #local: LocalWay = { unixPath: "", port: 0 };
  #sweeping: NodeJS.Timeout | undefined;
  #httpPort = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    const { id, store, modules, secret } = options;
    this.#options = options;
    const watchers = this.#watchers;
    const logs = new LogBook();
    const scheduler = createScheduler({}, systemRandom);
    this.#registry = new Registry(store, modules);
    this.#engine = new Engine({
      clock: systemClock,
      scheduler,
      watchers,
      nodeGone: (link) => this.#membership.gone(link),
      settled: (batch, frame) => this.#shadows.settled(batch, frame),
    });
    const deployment = new Deployment(() => this.#membership.links());
    this.#membership = new Membership({
      schedulerId: id,
      secret,
      engine: this.#engine,
      watchers,
      logs,
      prepared: (node, fn) => deployment.prepared(node, fn),
      gone: (node) => deployment.gone(node),
    });
    const gateway = {
      ...{ id, incarnation: Date.now(), engine: this.#engine, registry: this.#registry },
      local: this.#local,
      arriving: { bytes: 0 },
    };
    this.#fabric = new FabricService(gateway);
    const loadOf = (node: string) => scheduler.load(node);
    this.#cluster = new ClusterService({ membership: this.#membership, watchers, secret, loadOf });
    this.#logReaders = new LogReaders(logs);
    const kernels = new KernelsService({
      registry: this.#registry,
      deployment,
      reportOf: (name, digest) => this.#shadows.report(name, digest),
      secret,
      logs: this.#logReaders,
      httpPort: () => this.#httpPort,
    });
    const services = [this.#fabric, kernels, this.#cluster, this.#health, this.#reflection];
    for (const service of services) service.addTo(this.#server);
    this.#typed = new TypedService(this.#server, this.#engine, this.#registry);
    this.#shadows = new Shadows({
      clock: systemClock,
      random: systemRandom,
      submit: (submission) => this.#engine.submit(submission),
      cancel: (batch) => this.#engine.cancel(batch, 0, Infinity),
    });
    this.#registry.onChange((name, current) => this.#changed(name, current));
    this.#registry.onRoute((name, kernel) => {
      this.#shadows.route(name, kernel);
      this.#typed.update(name, kernel);
    });
    this.#http = new HttpServer(this.#routes());
  }

  async start(): Promise<GatewayAddresses> {
    const { grpc, http, unixPath, damaged } = this.#options;
    await this.#registry.start(damaged);
    this.#sweeping = setInterval(() => {
      // A module that cannot be removed now is found again at the next start.
      this.#registry.sweep((digest) => this.#engine.isRunning(digest)).catch(() => {});
    }, limits.versionSweepMs).unref();
    const grpcPort = await bind(this.#server, grpc);
    this.#local.port = grpcPort;
    if (unixPath !== "") await this.#listenLocally(unixPath);
    explainUnknownMethods(this.#server, (path) => this.#typed.explain(path));
    this.#httpPort = await this.#http.start(http);
    return { grpc: `${grpc.host}:${grpcPort}`, http: `${http.host}:${this.#httpPort}` };
  }

  async #listenLocally(path: string): Promise<void> {
    try {
      await bindUnix(this.#server, path);
      this.#local.unixPath = path;
    } catch (error) {
      this.#options.withoutSocket(HeddleError.from(error)); // not every file system has sockets
    }
  }

  #routes(): HttpRoutes {
    const registry = this.#registry;
    const stopping = (): boolean => this.#stopping !== undefined;
    const http = { calls: new SingleCalls(this.#engine), registry };
    return {
      health: () => ({ status: stopping() ? "stopping" : "serving", nodes: this.readyNodes() }),
      kernels: () => describeKernels(registry),
      kernel: (name, digest) => describeKernel(registry, name, digest),
      invoke: (path, request, response) => invokeOverHttp(http, path, request, response),
    };
  }

  /** A kernel's own gRPC service comes, changes and goes with it. */
  #changed(name: string, current: KernelRecord | undefined): void {
    this.#reflection.update(name, current?.admitted.schema.bytes);
    const before = this.#kernelServices.get(name);
    const service = current === undefined ? undefined : serviceNameOf(current);
    if (before === service) return;
    if (before !== undefined) this.#health.know(before, false);
    this.#kernelServices.delete(name);
    if (service === undefined) return;
    this.#kernelServices.set(name, service);
    this.#health.know(service, true);
  }

  readyNodes(): number {
    return this.#membership.links().length;
  }

  whenReady(nodes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const watcher: Watcher = { attempts: false, load: false, functions: new Set(), send: () => check() };
      const done = (): void => {
        this.#watchers.remove(watcher);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const check = (): void => {
        if (signal.aborted || this.readyNodes() >= nodes) done();
      };
      this.#watchers.add(watcher);
      signal.addEventListener("abort", done);
      check();
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#engine.endIntake();
    this.#health.close();
    this.#reflection.close();
    clearInterval(this.#sweeping);
    this.#registry.close();
    this.#shadows.close();
    const quiet = this.#http.stop(limits.stopGraceMs);
    await this.#engine.idle(limits.stopGraceMs);
    await quiet;
    this.#fabric.close();
    this.#cluster.close();
    this.#logReaders.close();
    this.#membership.stop();
    this.#engine.stop();
    await stopServer(this.#server, limits.stopGraceMs);
  }
}
