/**
 * The numbers of functions on a session. A number stands for a function as it is encoded: when its kernel gets another
 * version it gets another number, and the old one is let go, so that neither side's table grows with every deploy.
 */
import { limits } from "../base/limits.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import { emptyFunction, noBytes } from "../wire/frame.ts";
import type { CallableFunction } from "./schemas.ts";

interface Entry {
  readonly number: number;
  readonly kernel: string;
  readonly version: string;
}

export class FunctionTable {
  /** By name, and by digest for versions that were asked for; the one that was named longest ago is the first. */
  readonly #entries = new Map<string, Entry>();
  #last = 0;

  /** The number of a function; the first use names it to the gateway. */
  numberOf(link: FrameLink, fn: CallableFunction): number {
    const key = fn.pinned ? `${fn.fullName}@${fn.version}` : fn.fullName;
    const known = this.#entries.get(key);
    if (known?.version === fn.version) return known.number;
    const { kernel, version } = fn;
    const number = ++this.#last;
    if (known !== undefined) this.#release(link, key, known);
    this.#entries.set(key, { number, kernel, version });
    const digest = Buffer.from(version, "hex");
    const entry = { number, kernel, function: fn.name, schema: digest, digest: fn.pinned ? digest : noBytes };
    link.writer?.function({ ...emptyFunction, ...entry });
    const [oldest] = this.#entries;
    if (oldest !== undefined && this.#entries.size > limits.sessionFunctionsMax / 2)
      this.#release(link, ...oldest);
    return number;
  }

  /** The kernel of a function that has a number now and goes by its kernel's name. */
  kernelOf(number: number): string | undefined {
    for (const entry of this.#entries.values()) if (entry.number === number) return entry.kernel;
    return undefined;
  }

  /** Lets go of a number: what was submitted under it goes on. */
  #release(link: FrameLink, key: string, { number }: Entry): void {
    this.#entries.delete(key);
    link.writer?.function({ ...emptyFunction, number });
  }
}
