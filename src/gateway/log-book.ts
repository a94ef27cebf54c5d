/**
 * The last lines that kernels logged, and those who follow them. Lines are kept in the order in which they came, up to
 * a number and a size for each kernel and a size for all, so that a chatty kernel drives out its own lines first; the
 * oldest goes first.
 */
import { Deque } from "../base/deque.ts";
import { limits } from "../base/limits.ts";
import { LinkedList, type Linked } from "../base/linked-list.ts";
import type { LogLine__Output } from "../rpc/generated/heddle/v1/LogLine.ts";

/** A line as it is kept and sent. */
export type KeptLine = Readonly<LogLine__Output>;

/** Which lines somebody wants. */
export interface LogFilter {
  /** Empty: of all kernels. */
  readonly kernel: string;
  /** Empty: of all functions. */
  readonly function: string;
  readonly levelMin: number;
}

/** Who gets lines as they come. */
export interface LogFollower {
  readonly filter: LogFilter;
  line(line: KeptLine): void;
}

interface Entry extends Linked<Entry> {
  readonly line: KeptLine;
  readonly bytes: number;
}

interface KernelLines {
  readonly entries: Deque<Entry>;
  bytes: number;
}

/** What a line takes beside its text. */
const lineBytes = 512;

export class LogBook {
  readonly #kernels = new Map<string, KernelLines>();
  readonly #order = new LinkedList<Entry>();
  readonly #followers = new Set<LogFollower>();
  #bytes = 0;

  /** Lines that are kept. */
  get lines(): number {
    return this.#order.length;
  }

  /** What they take, by estimate. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a line and hands it to those who follow. */
  add(line: KeptLine): void {
    const bytes = lineBytes + 2 * line.text.length;
    const entry: Entry = { line, bytes, list: undefined, previous: undefined, next: undefined };
    const kernel = this.#linesOf(line.kernel);
    kernel.entries.pushBack(entry);
    kernel.bytes += bytes;
    this.#order.pushBack(entry);
    this.#bytes += bytes;
    const { logKernelLinesMax, logKernelMaxBytes, logBookMaxBytes } = limits;
    while (kernel.entries.length > logKernelLinesMax || kernel.bytes > logKernelMaxBytes)
      this.#dropOldest(line.kernel, kernel);
    for (let oldest = this.#order.front(); this.#bytes > logBookMaxBytes; oldest = this.#order.front()) {
      if (oldest === undefined) break;
      this.#dropOldest(oldest.line.kernel, this.#linesOf(oldest.line.kernel));
    }
    for (const follower of this.#followers) if (matches(line, follower.filter)) follower.line(line);
  }

  /** The last lines that match, the oldest first. */
  last(filter: LogFilter, count: number): KeptLine[] {
    const found: KeptLine[] = [];
    for (const line of this.#backwards(filter.kernel)) {
      if (found.length >= count) break;
      if (matches(line, filter)) found.push(line);
    }
    return found.reverse();
  }

  /** Hands on every line from now. */
  follow(follower: LogFollower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: LogFollower): void {
    this.#followers.delete(follower);
  }

  *#backwards(kernel: string): Generator<KeptLine> {
    if (kernel === "") {
      for (let entry = this.#order.back(); entry !== undefined; entry = entry.previous) yield entry.line;
      return;
    }
    const entries = this.#kernels.get(kernel)?.entries;
    for (let place = (entries?.length ?? 0) - 1; place >= 0; place--) {
      const entry = entries?.at(place);
      if (entry !== undefined) yield entry.line;
    }
  }

  #linesOf(name: string): KernelLines {
    let kernel = this.#kernels.get(name);
    if (kernel === undefined) {
      kernel = { entries: new Deque(), bytes: 0 };
      this.#kernels.set(name, kernel);
    }
    return kernel;
  }

  #dropOldest(name: string, kernel: KernelLines): void {
    const entry = kernel.entries.popFront();
    if (entry === undefined) return;
    kernel.bytes -= entry.bytes;
    this.#bytes -= entry.bytes;
    this.#order.remove(entry);
    if (kernel.entries.length === 0) this.#kernels.delete(name);
  }
}

function matches(line: KeptLine, { kernel, function: fn, levelMin }: LogFilter): boolean {
  if (line.level < levelMin) return false;
  return (kernel === "" || line.kernel === kernel) && (fn === "" || line.function === fn);
}
