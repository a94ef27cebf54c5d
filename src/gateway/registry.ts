/**
 * The kernels: names that point to digests (in the store), modules by digest (on disk), and what is known of each
 * module (in memory). All kernels of a fabric are small in number, so they are held whole.
 */
import { createHash } from "node:crypto";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { admitModule, type AdmittedKernel } from "../kernel/admission.ts";
import { checkKernelName } from "../kernel/manifest.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { Store } from "../store/store.ts";
import { admitInWorker } from "../worker/admission.ts";
import type { FunctionRecord } from "./records.ts";

/** A version of a kernel that may be called. */
export interface KernelRecord {
  readonly name: string;
  readonly digest: KernelDigest;
  readonly size: number;
  readonly deployedAtMs: number;
  readonly admitted: AdmittedKernel;
  readonly functions: ReadonlyMap<string, FunctionRecord>;
}

/** What is kept in the store under `kernels.<name>`. */
interface Pointer {
  readonly digest: string;
  readonly size: number;
  readonly deployedAtMs: number;
}

/** Hears that a name points to another version from now on, or, with undefined, to none. */
export type RegistryListener = (name: string, current: KernelRecord | undefined) => void;

const prefix = "kernels";

export class Registry {
  readonly #store: Store;
  readonly #modules: ModuleStore;
  readonly #byName = new Map<string, KernelRecord>();
  readonly #byDigest = new Map<string, KernelRecord>();
  readonly #listeners = new Set<RegistryListener>();

  constructor(store: Store, modules: ModuleStore) {
    this.#store = store;
    this.#modules = modules;
  }

  /** Reads what was deployed before; a kernel whose module is damaged is left out and told. */
  async start(damaged: (name: string, error: HeddleError) => void): Promise<void> {
    for (const entry of await this.#store.list(prefix)) {
      const name = entry.key.slice(prefix.length + 1);
      try {
        const pointer = readPointer(entry.value);
        const bytes = await this.#modules.get(pointer.digest);
        if (bytes === undefined)
          throw new HeddleError("MODULE_CORRUPT", `the module ${pointer.digest} is not on disk`);
        this.#remember(name, bytes.length, pointer.deployedAtMs, admitModule(bytes));
      } catch (error) {
        damaged(name, HeddleError.from(error));
      }
    }
  }

  /**
   * Calls the listener after a name has come to point to another version or is gone, and at `start` once for each
   * kernel that is there. Gives the function that ends this.
   */
  onChange(listener: RegistryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All kernels by name. */
  list(): KernelRecord[] {
    return [...this.#byName.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** The version with that digest, or with "" the one that serves. Throws KERNEL_NOT_FOUND, BAD_REQUEST. */
  get(name: string, digest: string): KernelRecord {
    if (digest !== "") checkDigest(digest);
    const named = this.#byName.get(name);
    if (named === undefined) {
      const known = [...this.#byName.keys()].toSorted().join(", ");
      const advice = known === "" ? "no kernel is deployed yet; use heddle deploy" : `deployed are: ${known}`;
      throw new HeddleError("KERNEL_NOT_FOUND", `no kernel "${name}" is deployed; ${advice}`);
    }
    if (digest === "" || named.digest === digest) return named;
    const version = this.#byDigest.get(`${name}@${digest}`);
    if (version !== undefined) return version;
    throw new HeddleError(
      "KERNEL_NOT_FOUND",
      `kernel "${name}" has no version ${digest}; its version is ${named.digest}`,
    );
  }

  /** A function of that version, or with "" by route. Throws KERNEL_NOT_FOUND, FUNCTION_NOT_FOUND, BAD_REQUEST. */
  resolve(kernel: string, fn: string, digest: string): FunctionRecord {
    const record = this.get(kernel, digest);
    const found = record.functions.get(fn);
    if (found !== undefined) return found;
    const names = [...record.functions.keys()].join(", ");
    throw new HeddleError(
      "FUNCTION_NOT_FOUND",
      `kernel "${kernel}" has no function "${fn}"; it has: ${names}`,
    );
  }

  /**
   * Admits a module and points its name at it. The version before keeps serving when anything is refused. Throws the
   * reasons of the admission, DIGEST_MISMATCH, RESERVED_NAME.
   */
  async deploy(
    bytes: Uint8Array,
    wantedName: string,
    wantedDigest: string,
  ): Promise<{ kernel: KernelRecord; unchanged: boolean }> {
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (wantedDigest !== "" && wantedDigest !== digest) {
      throw new HeddleError(
        "DIGEST_MISMATCH",
        `the uploaded bytes have digest ${digest}, announced was ${wantedDigest}`,
      );
    }
    const admitted = await admitInWorker(bytes);
    const name = wantedName === "" ? admitted.manifest.name : wantedName;
    checkKernelName(name);
    if (name !== admitted.manifest.name) {
      throw new HeddleError(
        "RESERVED_NAME",
        `the module says it is "${admitted.manifest.name}", so it cannot be deployed as "${name}": its messages are named after it; build it under that name`,
      );
    }
    await this.#modules.put(bytes); // also when it is known: that repairs a copy that was damaged
    const before = this.#byName.get(name);
    if (before !== undefined && before.digest === admitted.digest) return { kernel: before, unchanged: true };
    const deployedAtMs = Date.now();
    const pointer: Pointer = { digest: admitted.digest, size: bytes.length, deployedAtMs };
    await this.#store.put(`${prefix}.${name}`, Buffer.from(JSON.stringify(pointer)), "any");
    return { kernel: this.#remember(name, bytes.length, deployedAtMs, admitted), unchanged: false };
  }

  /** The uploaded bytes of a module. Throws KERNEL_NOT_FOUND, MODULE_CORRUPT. */
  async module(digest: string): Promise<Uint8Array> {
    const known = toKernelDigest(digest);
    const bytes = known === undefined ? undefined : await this.#modules.get(known);
    if (bytes === undefined)
      throw new HeddleError("KERNEL_NOT_FOUND", `no module with digest ${JSON.stringify(digest)}`);
    return bytes;
  }

  #remember(name: string, size: number, deployedAtMs: number, admitted: AdmittedKernel): KernelRecord {
    const known = this.#byDigest.get(`${name}@${admitted.digest}`);
    const functions = known?.functions ?? functionsOf(name, admitted);
    const record: KernelRecord = { name, digest: admitted.digest, size, deployedAtMs, admitted, functions };
    this.#byName.set(name, record);
    this.#byDigest.set(`${name}@${admitted.digest}`, record);
    for (const listener of this.#listeners) listener(name, record);
    return record;
  }
}

function checkDigest(digest: string): void {
  if (toKernelDigest(digest) !== undefined) return;
  const said = `digest ${JSON.stringify(digest.slice(0, 80))} is not one: it needs 64 lower-case hex digits, as heddle kernels --json shows them`;
  throw new HeddleError("BAD_REQUEST", said);
}

function functionsOf(kernel: string, admitted: AdmittedKernel): ReadonlyMap<string, FunctionRecord> {
  const { timeLimitMs, memoryMaxBytes } = admitted.manifest;
  const { digest, pure } = admitted;
  return new Map(
    admitted.schema.functions.map(({ name }) => [
      name,
      { kernel, name, digest, timeLimitMs, memoryMaxBytes, pure },
    ]),
  );
}

function readPointer(value: Uint8Array): Pointer & { readonly digest: KernelDigest } {
  const parsed: unknown = JSON.parse(Buffer.from(value).toString());
  if (typeof parsed === "object" && parsed !== null) {
    const { digest, size, deployedAtMs } = parsed as Partial<Pointer>; // each is checked below
    const known = typeof digest === "string" ? toKernelDigest(digest) : undefined;
    if (known !== undefined && typeof size === "number" && typeof deployedAtMs === "number") {
      return { digest: known, size, deployedAtMs };
    }
  }
  throw new HeddleError("INTERNAL", "the store holds a kernel entry that cannot be read");
}
