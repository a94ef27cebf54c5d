/** Warming a kernel before it gets calls: every live node fetches and compiles it, for a bounded time. */
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { NodeLink } from "./node-link.ts";
import type { FunctionRecord } from "./records.ts";
import type { KernelRecord } from "./kernel-record.ts";

/** Nodes by whether they have a kernel. */
export interface Prepared {
  readonly ready: string[];
  readonly pending: string[];
}

interface Waiting {
  readonly fn: FunctionRecord;
  /** Nodes that have not answered yet. */
  readonly nodes: Set<string>;
  readonly ready: string[];
  readonly done: () => void;
}

export class Deployment {
  readonly #links: () => readonly NodeLink[];
  readonly #waiting = new Set<Waiting>();

  /** `links` gives the links that take work now. */
  constructor(links: () => readonly NodeLink[]) {
    this.#links = links;
  }

  /** A module is about to be admitted: some nodes fetch it meanwhile, and others have it from them. */
  expect(digest: KernelDigest, sizeBytes: number): void {
    if (sizeBytes < limits.moduleAheadMinBytes) return;
    for (const link of this.#links().slice(0, limits.moduleAheadNodesMax)) link.expect(digest);
  }

  /** Resolves when every node that is live now has the kernel, or after `limits.deployWaitMs`. */
  async prepare(kernel: KernelRecord): Promise<Prepared> {
    // One function stands for all: they share the module.
    const [fn] = kernel.functions.values();
    const links = this.#links();
    if (fn === undefined || links.length === 0) return { ready: [], pending: [] };
    const nodes = new Set<string>(links.map((link) => link.node));
    const ready: string[] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(finish, limits.deployWaitMs);
      const waiting: Waiting = { fn, nodes, ready, done: finish };
      const waitingSet = this.#waiting;
      function finish(): void {
        clearTimeout(timer);
        waitingSet.delete(waiting);
        resolve();
      }
      waitingSet.add(waiting);
      for (const link of links) if (link.prepare(fn) === "ready") this.prepared(link.node, fn);
    });
    return { ready: ready.toSorted(), pending: [...nodes].toSorted() };
  }

  /** A node has it. */
  prepared(node: string, fn: FunctionRecord): void {
    for (const waiting of this.#waiting) {
      if (waiting.fn !== fn || !waiting.nodes.delete(node)) continue;
      waiting.ready.push(node);
      if (waiting.nodes.size === 0) waiting.done();
    }
  }

  /** A node has gone; nobody waits for it. */
  gone(node: string): void {
    for (const waiting of this.#waiting) {
      if (waiting.nodes.delete(node) && waiting.nodes.size === 0) waiting.done();
    }
  }
}
