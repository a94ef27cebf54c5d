/** The modules that are being uploaded and of which nodes may have what has come, by the digest that was announced. */
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { ArrivingModule } from "./arriving-module.ts";

export class ArrivingModules {
  readonly #all = new Map<KernelDigest, ArrivingModule>();

  /** What comes under a digest. It may turn out to be another module; those who get it find that out. */
  get(digest: KernelDigest): ArrivingModule | undefined {
    return this.#all.get(digest);
  }

  /** False when nobody is to get it ahead: too many are under way, or one of that digest is. */
  add(digest: KernelDigest, module: ArrivingModule): boolean {
    if (this.#all.size >= limits.arrivingModulesMax || this.#all.has(digest)) return false;
    this.#all.set(digest, module);
    return true;
  }

  /** A module has come whole: whoever waits for a slower upload that announced its digest is to ask again. */
  overtake(digest: KernelDigest, module: ArrivingModule): void {
    const slower = this.#all.get(digest);
    if (slower !== undefined && slower !== module)
      this.#end(
        digest,
        slower,
        new HeddleError("QUEUE_FULL", `module ${digest} has come another way; ask again`),
      );
  }

  /** The deploy is over, whatever came of it. */
  remove(digest: KernelDigest, module: ArrivingModule): void {
    if (this.#all.get(digest) !== module) return;
    this.#end(digest, module, new HeddleError("KERNEL_NOT_FOUND", `module ${digest} was not deployed`));
  }

  #end(digest: KernelDigest, module: ArrivingModule, error: HeddleError): void {
    this.#all.delete(digest);
    module.fail(error);
  }
}
