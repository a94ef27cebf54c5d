/**
 * The kernels: routes by name (in the store), modules by digest (on disk), and what is known of each version (in
 * memory). All kernels of a fabric are small in number, so they are held whole.
 */
import { systemClock, type Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { systemRandom, type Random } from "../base/random.ts";
import { Turnstile } from "../base/turnstile.ts";
import { admitModule, digestOf, type AdmittedKernel } from "../kernel/admission.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { Store } from "../store/store.ts";
import { SpareAdmission } from "../worker/admission-spare.ts";
import { checkDigest, checkName, type DeployPlan } from "./deploy-plan.ts";
import { DeployingModules, type DeployingModule } from "./deploying-modules.ts";
import {
  functionOf,
  functionsOf,
  needDigest,
  noKernel,
  type Deployed,
  type KernelRecord,
} from "./kernel-record.ts";
import type { FunctionRecord } from "./records.ts";
import { chooseVersion, routeDeploy, routePromote, routeRemove, routeRollback, type Route } from "./route.ts";
import { RouteStore, type RoutedKernel } from "./route-store.ts";
import { UnusedVersions } from "./unused-versions.ts";
import { checkCompatible, checkReplacement, SchemaJudge } from "./version-check.ts";

/** Hears that a name points to another version, or, with undefined, to none. */
export type RegistryListener = (name: string, current: KernelRecord | undefined) => void;

/** Hears of every change of a kernel's route; undefined is a kernel that is gone. */
export type RouteListener = (name: string, kernel: RoutedKernel | undefined) => void;

export interface RegistryOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

export class Registry {
  readonly #modules: ModuleStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #routes: RouteStore;
  readonly #judge = new SchemaJudge();
  readonly #unused: UnusedVersions;
  readonly #admissions = new Turnstile(limits.admissionsMax, limits.deploysMax);
  readonly #admission = new SpareAdmission();
  readonly #deploying: DeployingModules;
  readonly #listeners = new Set<RegistryListener>();
  readonly #routeListeners = new Set<RouteListener>();

  constructor(store: Store, modules: ModuleStore, options: RegistryOptions = {}) {
    this.#modules = modules;
    this.#deploying = new DeployingModules(modules);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#unused = new UnusedVersions(modules, this.#clock);
    this.#routes = new RouteStore({
      store,
      read: async (name, { digest, size, deployedAtMs }) =>
        this.#recordOf(name, size, deployedAtMs, admitModule(await this.#moduleOf(digest))),
      changed: (before, after) => this.#changed(before, after),
    });
  }

  /** Reads what was deployed before; what is damaged is left out and told. */
  async start(damaged: (name: string, error: HeddleError) => void): Promise<void> {
    await this.#routes.start(damaged);
    for (const { digest } of await this.#modules.list())
      if (!this.#isRouted(digest)) this.#unused.addModule(digest);
  }

  /** A module is being uploaded. */
  expectModule(): void {
    this.#admission.expect();
  }

  /** Ends what waits for the next module. */
  close(): void {
    this.#admission.close();
  }

  /**
   * Calls the listener after a name has come to point to another version or is gone, and at `start` once for each
   * kernel that is there. Gives the function that ends this.
   */
  onChange(listener: RegistryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Like `onChange`, also for changes that leave the serving version as it is: trials, promotions in part. */
  onRoute(listener: RouteListener): () => void {
    this.#routeListeners.add(listener);
    return () => this.#routeListeners.delete(listener);
  }

  /** The serving versions of all kernels by name. */
  list(): KernelRecord[] {
    return this.routes().map(({ serving }) => serving);
  }

  /** All kernels by name. */
  routes(): RoutedKernel[] {
    return this.#routes.list();
  }

  /** One kernel, if it is deployed. */
  find(name: string): RoutedKernel | undefined {
    return this.#routes.get(name);
  }

  /** One kernel. Throws KERNEL_NOT_FOUND, MODULE_CORRUPT, STORE_CORRUPT. */
  route(name: string): RoutedKernel {
    const kernel = this.#routes.get(name);
    if (kernel !== undefined) return kernel;
    const damage = this.#routes.damage(name);
    if (damage !== undefined) {
      const said = `kernel "${name}" cannot be served: ${damage.rawMessage}`;
      throw new HeddleError(damage.reason, said, { cause: damage });
    }
    throw noKernel(name, this.list());
  }

  /** The version with that digest, or with "" the one that serves. Throws KERNEL_NOT_FOUND, BAD_REQUEST. */
  get(name: string, digest: string): KernelRecord {
    const wanted = digest === "" ? undefined : needDigest(digest);
    const kernel = this.route(name);
    if (wanted === undefined) return kernel.serving;
    const version = kernel.versions.get(wanted);
    if (version !== undefined) return version;
    const known = [...kernel.versions.keys()].join(", ");
    const its = kernel.versions.size === 1 ? "its version is" : "its versions are";
    throw new HeddleError("KERNEL_NOT_FOUND", `kernel "${name}" has no version ${digest}; ${its} ${known}`);
  }

  /**
   * May a caller who encodes by the descriptor of version `schema` call that function? Throws INCOMPATIBLE when the
   * function reads other messages, and when nothing is known of `schema` any more.
   */
  checkReadable(schema: string, { kernel, name, digest }: FunctionRecord): void {
    const versions = this.find(kernel)?.versions;
    const [known, version] = [versions?.get(schema), versions?.get(digest)];
    const said =
      known === undefined || version === undefined
        ? "that version is not kept any more"
        : this.#judge.difference(known, version, name);
    if (said === "") return;
    const callers = `the call of ${kernel}/${name} goes by version ${schema.slice(0, 12)}`;
    throw new HeddleError(
      "INCOMPATIBLE",
      `${callers}, and version ${digest.slice(0, 12)} serves now: ${said}; look the function up again`,
    );
  }

  /** A function of that version, or with "" by route. Throws KERNEL_NOT_FOUND, FUNCTION_NOT_FOUND, BAD_REQUEST. */
  resolve(kernel: string, fn: string, digest: string): FunctionRecord {
    if (digest !== "") return functionOf(this.get(kernel, digest), fn);
    const { route, serving, versions } = this.route(kernel);
    return functionOf(versions.get(chooseVersion(route, this.#random)) ?? serving, fn);
  }

  /**
   * Admits a module, prepares it and routes calls to it. The version before keeps serving when anything is refused.
   * Throws the reasons of the admission, DIGEST_MISMATCH, RESERVED_NAME, INCOMPATIBLE, NOT_DETERMINISTIC, ROUTE_REFUSED.
   */
  async deploy(
    bytes: Uint8Array,
    wantedName: string,
    wantedDigest: string,
    plan: DeployPlan = {},
  ): Promise<Deployed> {
    const digest = checkDigest(plan.digest ?? digestOf(bytes), wantedDigest);
    const work = (module: DeployingModule): Promise<Deployed> => this.#deploy(module, wantedName, plan);
    return this.#deploying.during(digest, bytes, work, (paths) => plan.written?.(paths));
  }

  async #deploy(module: DeployingModule, wantedName: string, plan: DeployPlan): Promise<Deployed> {
    const { bytes, digest } = module;
    const admitted = await this.#admissions.pass(() => {
      plan.expect?.();
      return this.#admission.admit(bytes, digest);
    }, tooMany);
    const { name } = admitted.manifest;
    checkName(name, wantedName);
    const version = this.#recordOf(name, bytes.length, Math.round(this.#clock.now()), admitted);
    const { deployedAtMs, size } = version;
    let unchanged = false;
    const change = (before: RoutedKernel | undefined): Route => {
      const route = routeDeploy(before?.route, { digest, size, deployedAtMs }, plan.trial);
      unchanged = route === before?.route;
      if (!unchanged && before !== undefined) checkReplacement(before, version, plan);
      return route;
    };
    change(this.#routes.get(name)); // what would be refused in the end is refused before anybody prepares
    const isRouted = (): boolean => this.find(name)?.versions.has(digest) === true;
    return this.#unused.hold(version, isRouted, async () => {
      await this.#deploying.keep(module, () => plan.prepare?.(version));
      const routed = await this.#routes.change(name, version, change);
      return { kernel: routed?.versions.get(digest) ?? version, unchanged };
    });
  }

  /** Gives a version more of the calls: see `Promote`. Throws KERNEL_NOT_FOUND, ROUTE_REFUSED, INCOMPATIBLE. */
  promote(name: string, digest: string, percent: number): Promise<RoutedKernel> {
    const wanted = digest === "" ? undefined : needDigest(digest);
    return this.#reroute(name, (kernel) => {
      const route = routePromote(kernel.route, wanted, percent);
      const next = kernel.versions.get(wanted ?? kernel.route.trial?.digest ?? "");
      const advice = `roll back to it with heddle rollback ${name} ${wanted?.slice(0, 12) ?? ""}, or deploy it with --breaking`;
      if (next !== undefined) checkCompatible(kernel.serving, next, advice);
      return route;
    });
  }

  /** Takes a version back: see `Rollback`. Throws KERNEL_NOT_FOUND, ROUTE_REFUSED. */
  rollback(name: string, digest: string): Promise<RoutedKernel> {
    const wanted = digest === "" ? undefined : needDigest(digest);
    return this.#reroute(name, ({ route }) => routeRollback(route, wanted));
  }

  /** Lets go of a version that gets no calls, or with "" of the whole kernel. Gives the digests that are gone. */
  async remove(name: string, digest: string): Promise<KernelDigest[]> {
    const wanted = digest === "" ? undefined : needDigest(digest);
    // What is damaged cannot be served, but it can be removed.
    if (wanted !== undefined || this.#routes.damage(name) === undefined) this.route(name);
    let gone: KernelDigest[] = [];
    await this.#routes.change(name, undefined, (kernel) => {
      gone = kernel?.route.versions.map((version) => version.digest) ?? [];
      if (wanted === undefined || kernel === undefined) return undefined;
      gone = [wanted];
      return routeRemove(kernel.route, wanted);
    });
    return gone;
  }

  /** The uploaded bytes of a module. Throws KERNEL_NOT_FOUND, MODULE_CORRUPT. */
  async module(digest: string): Promise<Uint8Array> {
    const known = toKernelDigest(digest);
    const bytes = known && (await this.#deploying.get(known));
    if (bytes !== undefined) return bytes;
    throw new HeddleError("KERNEL_NOT_FOUND", `no module with digest ${JSON.stringify(digest)}`);
  }

  /** Resolves when a module may be had whole; undefined: now. */
  released(digest: KernelDigest): Promise<void> | undefined {
    return this.#isRouted(digest) ? undefined : this.#deploying.released(digest);
  }

  /** What is known of a module that a name points to. */
  version(digest: KernelDigest): KernelRecord | undefined {
    return this.routes()
      .find(({ versions }) => versions.has(digest))
      ?.versions.get(digest);
  }

  /**
   * Lets go of versions that no route has named for a while and on which nothing runs, with their modules. Gives those
   * of which functions were known.
   */
  sweep(isRunning: (digest: KernelDigest) => boolean): Promise<KernelRecord[]> {
    return this.#unused.sweep(isRunning, (digest) => this.#isRouted(digest));
  }

  #isRouted(digest: KernelDigest): boolean {
    return this.version(digest) !== undefined;
  }

  async #reroute(name: string, change: (kernel: RoutedKernel) => Route): Promise<RoutedKernel> {
    await this.#routes.change(name, undefined, () => change(this.route(name)));
    return this.route(name);
  }

  #changed(before: RoutedKernel | undefined, after: RoutedKernel | undefined): void {
    const name = after?.name ?? before?.name ?? "";
    this.#unused.update(before, after);
    for (const listener of this.#routeListeners) listener(name, after);
    if (before?.serving.digest === after?.serving.digest) return;
    for (const listener of this.#listeners) listener(name, after?.serving);
  }

  async #moduleOf(digest: KernelDigest): Promise<Uint8Array> {
    const bytes = await this.#modules.get(digest);
    if (bytes !== undefined) return bytes;
    throw new HeddleError("MODULE_CORRUPT", `the module ${digest} is not on disk`);
  }

  #recordOf(name: string, size: number, deployedAtMs: number, admitted: AdmittedKernel): KernelRecord {
    const { digest } = admitted;
    const known = this.#routes.get(name)?.versions.get(digest) ?? this.#unused.find(name, digest);
    const functions = known?.functions ?? functionsOf(name, admitted);
    return { name, digest, size, deployedAtMs, admitted, functions };
  }
}

const tooMany = (): HeddleError =>
  new HeddleError("QUEUE_FULL", "too many modules wait for their admission; try again");
