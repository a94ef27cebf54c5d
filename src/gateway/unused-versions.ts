/**
 * Versions that no route names any more: removed, pushed out by newer ones, or never routed to because their deploy
 * failed. What runs on them goes on, so they are let go only when nothing does, and after a grace time in which a
 * redeploy finds them as they were. Modules on disk that belong to nothing are treated alike.
 */
import type { Clock } from "../base/clock.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { RoutedKernel } from "./route-store.ts";

/** A version, or with no record a module of which nothing is known. */
interface UnusedVersion {
  readonly digest: KernelDigest;
  readonly record: KernelRecord | undefined;
  readonly sinceMs: number;
}

export class UnusedVersions {
  readonly #modules: ModuleStore;
  readonly #clock: Clock;
  /** By kernel and digest, the one unused for longest first. */
  readonly #all = new Map<string, UnusedVersion>();

  /** Digests of the versions that are being deployed. */
  readonly #held: KernelDigest[] = [];
  /** Modules that are being removed from the disk. */
  readonly #discarding = new Map<KernelDigest, Promise<boolean>>();

  constructor(modules: ModuleStore, clock: Clock) {
    this.#modules = modules;
    this.#clock = clock;
  }

  /** A version as it was before it became unused. */
  find(name: string, digest: string): KernelRecord | undefined {
    return this.#all.get(`${name}@${digest}`)?.record;
  }

  /** A version is on no route. */
  add(record: KernelRecord): void {
    this.#put(`${record.name}@${record.digest}`, record.digest, record);
  }

  /** A module on disk belongs to nothing. */
  addModule(digest: KernelDigest): void {
    this.#put(`@${digest}`, digest, undefined);
  }

  /** A kernel is routed another way. */
  update(before: RoutedKernel | undefined, after: RoutedKernel | undefined): void {
    for (const record of before?.versions.values() ?? [])
      if (after?.versions.has(record.digest) !== true) this.add(record);
    for (const { name, digest } of after?.versions.values() ?? []) {
      this.#all.delete(`${name}@${digest}`);
      this.#all.delete(`@${digest}`);
    }
  }

  /** Keeps a version's module while it is being deployed; it is unused when it is on no route after that. */
  async hold<T>(version: KernelRecord, isRouted: () => boolean, work: () => Promise<T>): Promise<T> {
    const { digest } = version;
    this.#held.push(digest);
    try {
      await this.#discarding.get(digest);
      return await work();
    } finally {
      this.#held.splice(this.#held.indexOf(digest), 1);
      if (!isRouted()) this.add(version);
    }
  }

  /** Lets go of those whose time has come, with their modules; gives what was known of them. */
  async sweep(
    isRunning: (digest: KernelDigest) => boolean,
    isRouted: (digest: KernelDigest) => boolean,
  ): Promise<KernelRecord[]> {
    const due = this.#takeDue(isRunning);
    for (const { digest } of due)
      if (!isRouted(digest) && !this.#held.includes(digest)) await this.#discard(digest);
    return due.flatMap(({ record }) => (record === undefined ? [] : [record]));
  }

  /** Forgets those whose time has come: the oldest also before, when there are too many. */
  #takeDue(isRunning: (digest: KernelDigest) => boolean): UnusedVersion[] {
    const due: UnusedVersion[] = [];
    let surplus = this.#all.size - limits.unusedVersionsMax;
    for (const [key, version] of this.#all) {
      const ripe = this.#clock.now() - version.sinceMs >= limits.versionGraceMs || surplus-- > 0;
      if (!ripe || isRunning(version.digest)) continue;
      this.#all.delete(key);
      due.push(version);
    }
    return due;
  }

  /** Removes a module from the disk; a deploy of the same bytes waits until it is gone. */
  async #discard(digest: KernelDigest): Promise<void> {
    const discarding = this.#modules.delete(digest);
    this.#discarding.set(
      digest,
      discarding.catch(() => false),
    );
    try {
      await discarding;
    } finally {
      this.#discarding.delete(digest);
    }
  }

  #put(key: string, digest: KernelDigest, record: KernelRecord | undefined): void {
    if (!this.#all.has(key)) this.#all.set(key, { digest, record, sinceMs: this.#clock.now() });
  }
}
