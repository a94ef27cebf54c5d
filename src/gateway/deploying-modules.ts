/**
 * The modules that are being deployed. They are written to the disk while nodes are made ready for them, so nodes get
 * them from memory. When the disk fails, nodes have a version that is never routed to, which does no harm: they know
 * modules by digest only and let go of those that nobody calls.
 */
import type { KernelDigest } from "../base/ids.ts";
import type { ModuleStore } from "../store/module-store.ts";

export class DeployingModules {
  readonly #modules: ModuleStore;
  readonly #bytes = new Map<KernelDigest, Uint8Array>();

  constructor(modules: ModuleStore) {
    this.#modules = modules;
  }

  /** Resolves when the module is on the disk, durably, and `prepare` is done. Rejects as soon as the disk fails. */
  async keep(
    digest: KernelDigest,
    bytes: Uint8Array,
    prepare: () => Promise<void> | undefined,
  ): Promise<void> {
    this.#bytes.set(digest, bytes);
    try {
      const keeping = this.#modules.put(bytes); // also when it is there: that repairs a copy that was damaged
      const preparing = prepare();
      preparing?.catch(() => {}); // told below, unless the disk has failed before
      await keeping;
      await preparing;
    } finally {
      this.#bytes.delete(digest);
    }
  }

  /** The bytes of a module, verified, or undefined. Rejects with MODULE_CORRUPT. */
  async get(digest: KernelDigest): Promise<Uint8Array | undefined> {
    return this.#bytes.get(digest) ?? this.#modules.get(digest);
  }
}
