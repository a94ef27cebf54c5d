/**
 * The routes of all kernels, in the store and as they are in memory. Every change is a compare-and-set, so that two who
 * change a route at once cannot undo each other; in one process changes go one after another.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Store, StoreEntry } from "../store/store.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { Route, VersionEntry } from "./route.ts";
import { readRoute, writeRoute } from "./route-entry.ts";

/** A kernel: how its calls are routed, and its versions. */
export interface RoutedKernel {
  readonly name: string;
  readonly route: Route;
  /** The version that serves. */
  readonly serving: KernelRecord;
  /** The version on trial, if any. */
  readonly onTrial: KernelRecord | undefined;
  /** All versions that are kept, by digest. */
  readonly versions: ReadonlyMap<string, KernelRecord>;
}

/** The next route of a kernel; the same one to change nothing, undefined to remove the kernel. */
export type RouteChange = (before: RoutedKernel | undefined) => Route | undefined;

export interface RouteStoreOptions {
  readonly store: Store;
  /** Makes what is known of a version of which only the entry is. Rejects with MODULE_CORRUPT. */
  read(name: string, version: VersionEntry): Promise<KernelRecord>;
  /** A kernel is another than before, or there is none where there was one. */
  changed(before: RoutedKernel | undefined, after: RoutedKernel | undefined): void;
}

/** A name in memory: its kernel, or why its entry in the store cannot be used. `revision` is that of the entry. */
type Named =
  | { readonly revision: number; readonly kernel: RoutedKernel; readonly damage?: undefined }
  | { readonly revision: number; readonly kernel?: undefined; readonly damage: HeddleError };

const prefix = "kernels";

export class RouteStore {
  readonly #options: RouteStoreOptions;
  readonly #names = new Map<string, Named>();
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: RouteStoreOptions) {
    this.#options = options;
  }

  /** Reads what the store has; what is damaged is left out and told. */
  async start(damaged: (name: string, error: HeddleError) => void): Promise<void> {
    for (const entry of await this.#options.store.list(prefix)) {
      const name = entry.key.slice(prefix.length + 1);
      await this.#read(name, entry, (error) => damaged(name, error));
    }
  }

  get(name: string): RoutedKernel | undefined {
    return this.#names.get(name)?.kernel;
  }

  /** Why a kernel that was deployed cannot be served; undefined when it can be, or was never there. */
  damage(name: string): HeddleError | undefined {
    return this.#names.get(name)?.damage;
  }

  /** All kernels by name. */
  list(): RoutedKernel[] {
    const kernels = [...this.#names.values()].flatMap(({ kernel }) => (kernel === undefined ? [] : [kernel]));
    return kernels.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /**
   * Changes a route, in the store and then here. `change` is asked again when somebody else was quicker; what it throws
   * is passed on. `added` is a version that is not among those known.
   */
  change(
    name: string,
    added: KernelRecord | undefined,
    change: RouteChange,
  ): Promise<RoutedKernel | undefined> {
    const changing = this.#changing.then(() => this.#change(name, added, change));
    this.#changing = changing.catch(() => {}); // whoever asked for the change hears of its failure
    return changing;
  }

  async #change(
    name: string,
    added: KernelRecord | undefined,
    change: RouteChange,
  ): Promise<RoutedKernel | undefined> {
    const { store } = this.#options;
    const key = `${prefix}.${name}`;
    for (let tries = 1; ; tries++) {
      const named = this.#names.get(name);
      const before = named?.kernel;
      const route = change(before);
      // What is damaged has no route, and still has an entry that goes when the kernel is removed.
      if (route === before?.route && named?.damage === undefined) return before;
      const expected = named === undefined ? "absent" : { revision: named.revision };
      try {
        if (route === undefined) {
          await store.delete(key, expected);
          return this.#set(name, undefined);
        }
        const revision = await store.put(key, writeRoute(route), expected);
        const records = new Map(before?.versions);
        if (added !== undefined) records.set(added.digest, added);
        return this.#set(name, { revision, kernel: kernelOf(name, route, records) });
      } catch (error) {
        const known = HeddleError.from(error);
        if (known.reason !== "CONFLICT" || tries >= limits.routeTriesMax) throw known;
        await this.#readAgain(name);
      }
    }
  }

  async #readAgain(name: string): Promise<void> {
    const entry = await this.#options.store.get(`${prefix}.${name}`);
    if (entry === undefined) this.#set(name, undefined);
    else await this.#read(name, entry, () => {}); // the change that is tried next replaces what is damaged
  }

  /** Takes in what the store says of a name. */
  async #read(name: string, entry: StoreEntry, damaged: (error: HeddleError) => void): Promise<void> {
    const { revision, value } = entry;
    try {
      const route = readRoute(value);
      const records = new Map<string, KernelRecord>();
      for (const version of route.versions) {
        const known = this.get(name)?.versions.get(version.digest);
        const read = known ?? (await this.#options.read(name, version).catch(HeddleError.from));
        if (!(read instanceof HeddleError)) records.set(version.digest, read);
        else if (version.digest === route.serving) throw read;
        else damaged(read);
      }
      this.#set(name, { revision, kernel: kernelOf(name, withoutMissing(route, records), records) });
    } catch (error) {
      const damage = HeddleError.from(error);
      this.#set(name, { revision, damage });
      damaged(damage);
    }
  }

  #set(name: string, named: Named | undefined): RoutedKernel | undefined {
    const before = this.get(name);
    if (named === undefined) this.#names.delete(name);
    else this.#names.set(name, named);
    const after = named?.kernel;
    if (before !== after) this.#options.changed(before, after);
    return after;
  }
}

function kernelOf(name: string, route: Route, records: ReadonlyMap<string, KernelRecord>): RoutedKernel {
  const versions = new Map<string, KernelRecord>();
  for (const { digest, deployedAtMs } of route.versions) {
    const record = records.get(digest);
    if (record === undefined) continue;
    versions.set(digest, record.deployedAtMs === deployedAtMs ? record : { ...record, deployedAtMs });
  }
  const serving = versions.get(route.serving);
  if (serving === undefined)
    throw new HeddleError("INTERNAL", `kernel "${name}" is routed to a version that is not known`);
  return { name, route, serving, onTrial: versions.get(route.trial?.digest ?? ""), versions };
}

/** The route without versions whose modules are lost. */
function withoutMissing(route: Route, records: ReadonlyMap<string, KernelRecord>): Route {
  const has = (digest: string): boolean => records.has(digest);
  const { trial } = route;
  return {
    ...route,
    trial: trial !== undefined && has(trial.digest) ? trial : undefined,
    history: route.history.filter(has),
    versions: route.versions.filter(({ digest }) => has(digest)),
  };
}
