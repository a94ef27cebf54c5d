/**
 * The modules that are being deployed. While one is admitted it is written to the disk, without a name, and nodes fetch
 * it from memory, all but the end, so that none can look at what was not admitted. When the disk fails, nodes have a
 * version that is never routed to, which does no harm: they know modules by digest only and let go of those that nobody
 * calls.
 */
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import type { ModuleStore, StagedModule } from "../store/module-store.ts";

/** A module on its way to the disk. */
export interface DeployingModule {
  readonly digest: KernelDigest;
  readonly bytes: Uint8Array;
  readonly released: PromiseWithResolvers<void>;
  /** The module on the disk, until it is kept. */
  staging: Promise<StagedModule> | undefined;
}

export class DeployingModules {
  readonly #modules: ModuleStore;
  readonly #all = new Set<DeployingModule>();

  constructor(modules: ModuleStore) {
    this.#modules = modules;
  }

  /**
   * Writes a module to the disk and lets nodes fetch it, but for its end, as long as the work goes on. `written` hears
   * at which paths its bytes can be read.
   */
  async during<T>(
    digest: KernelDigest,
    bytes: Uint8Array,
    work: (module: DeployingModule) => Promise<T>,
    written?: (paths: readonly string[]) => void,
  ): Promise<T> {
    const staging = this.#modules.stage(bytes, digest, written);
    const released = Promise.withResolvers<void>();
    const module: DeployingModule = { digest, bytes, released, staging };
    staging.catch(() => {}); // told when it is kept
    released.promise.catch(() => {}); // told to those who fetch it
    this.#all.add(module);
    try {
      return await work(module);
    } finally {
      this.#all.delete(module);
      discard(module);
      module.released.reject(new HeddleError("KERNEL_NOT_FOUND", `module ${digest} was not deployed`));
    }
  }

  /**
   * The module is admitted. Resolves when it is on the disk, durably, and `prepare` is done; rejects as soon as the disk
   * fails.
   */
  async keep(module: DeployingModule, prepare: () => Promise<void> | undefined): Promise<void> {
    const { staging } = module;
    module.staging = undefined;
    module.released.resolve();
    const preparing = prepare();
    preparing?.catch(() => {}); // told below, unless the disk has failed before
    await (await staging)?.keep(); // also when it is there: that repairs a copy that was damaged
    await preparing;
  }

  /** The bytes of a module, verified, or undefined. Rejects with MODULE_CORRUPT. */
  async get(digest: KernelDigest): Promise<Uint8Array | undefined> {
    return this.#find(digest)?.bytes ?? this.#modules.get(digest);
  }

  /** Resolves when a module that is being deployed is admitted, rejects when it is not; undefined for any other. */
  released(digest: KernelDigest): Promise<void> | undefined {
    return this.#find(digest)?.released.promise;
  }

  #find(digest: KernelDigest): DeployingModule | undefined {
    for (const module of this.#all) if (module.digest === digest) return module;
    return undefined;
  }
}

/** Removes what was not kept. */
function discard({ staging }: DeployingModule): void {
  staging?.then((staged) => staged.discard()).catch(() => {}); // it has no name; the next start sweeps it away
}
