/**
 * The functions that one client has numbered on its session. A number without a digest follows the route of its kernel:
 * it is resolved for every batch, and the client is told when another version serves. A client that says by which
 * version's descriptor it encodes is refused by versions that read other messages.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { emptyFunction, type FunctionFrame } from "../wire/frame.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { FunctionRecord } from "./records.ts";
import type { Registry } from "./registry.ts";
import { checkRequestKey } from "./request-bounds.ts";

interface Entry {
  readonly kernel: string;
  readonly function: string;
  /** The version that is meant, or "" for whatever the kernel is routed to. */
  readonly digest: string;
  /** The version whose descriptor the client goes by, or "" when it did not say. */
  readonly schema: string;
  /** The version that was last found to understand such a client. */
  readable: string;
}

export class SessionFunctions {
  readonly #registry: Registry;
  readonly #tell: (frame: FunctionFrame) => void;
  readonly #entries = new Map<number, Entry>();
  /** Numbers the client has let go of: large batches that use them may still be on their way. */
  readonly #released = new Map<number, Entry>();
  readonly #unlisten: () => void;

  /** `tell` sends a client the version that answers one of its functions now. */
  constructor(registry: Registry, tell: (frame: FunctionFrame) => void) {
    this.#registry = registry;
    this.#tell = tell;
    this.#unlisten = registry.onChange((name, current) => this.#changed(name, current));
  }

  /** Takes a number and what it stands for, or lets go of one. Throws PROTOCOL, BAD_REQUEST. */
  name(frame: FunctionFrame): void {
    const { number, kernel, function: fn } = frame;
    const known = this.#entries.get(number);
    if (known !== undefined && kernel === "") {
      this.#release(number, known);
      return;
    }
    if (known !== undefined || this.#released.has(number))
      throw new HeddleError("PROTOCOL", `function ${number} is named twice`);
    if (this.#entries.size >= limits.sessionFunctionsMax) {
      throw new HeddleError("PROTOCOL", `more than ${limits.sessionFunctionsMax} functions on one session`);
    }
    checkRequestKey("kernel name", kernel);
    checkRequestKey("function name", fn);
    const [digest, schema] = [frame.digest, frame.schema].map(hexOf);
    const entry = { kernel, function: fn, digest: digest ?? "", schema: schema ?? "", readable: "" };
    this.#entries.set(number, entry);
    // The version may have changed before the client could be told.
    const serving = this.#registry.find(kernel)?.serving;
    if (serving !== undefined && entry.schema !== serving.digest) this.#changedFor(number, entry, serving);
  }

  /** The function that the next batch under a number goes to. Throws PROTOCOL and as `Registry.resolve` does. */
  resolve(number: number): FunctionRecord {
    const entry = this.#entries.get(number) ?? this.#released.get(number);
    if (entry === undefined) throw new HeddleError("PROTOCOL", `a batch uses the unknown function ${number}`);
    const { kernel, function: name, digest, schema } = entry;
    const record = this.#registry.resolve(kernel, name, digest);
    if (schema === "" || schema === record.digest || entry.readable === record.digest) return record;
    this.#registry.checkReadable(schema, record);
    entry.readable = record.digest;
    return record;
  }

  /** Nobody wants to be told any more. */
  close(): void {
    this.#unlisten();
    this.#entries.clear();
    this.#released.clear();
  }

  #release(number: number, entry: Entry): void {
    this.#entries.delete(number);
    this.#released.set(number, entry);
    const [oldest] = this.#released.keys();
    if (oldest !== undefined && this.#released.size > limits.releasedFunctionsMax)
      this.#released.delete(oldest);
  }

  #changed(name: string, current: KernelRecord | undefined): void {
    for (const [number, entry] of this.#entries)
      if (entry.kernel === name) this.#changedFor(number, entry, current);
  }

  /** Only those are told who said by what they encode: others have nothing to look up anew. */
  #changedFor(number: number, entry: Entry, current: KernelRecord | undefined): void {
    if (entry.schema === "" || entry.digest !== "") return;
    this.#tell({ ...emptyFunction, number, digest: Buffer.from(current?.digest ?? "", "hex") });
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
