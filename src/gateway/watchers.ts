/** Who watches the cluster, and what they are told. */
import type { AttemptEnded } from "../scheduler/action.ts";
import type { Node } from "../rpc/generated/heddle/v1/Node.ts";
import type { WatchResponse } from "../rpc/generated/heddle/v1/WatchResponse.ts";
import type { AttemptRecord } from "./records.ts";

/** One watch. */
export interface Watcher {
  readonly attempts: boolean;
  /** Nodes with each of their heartbeats. */
  readonly load: boolean;
  /** `kernel/function`; empty is all. */
  readonly functions: ReadonlySet<string>;
  send(response: WatchResponse): void;
}

export class Watchers {
  readonly #all = new Set<Watcher>();
  /** Those that want attempts: nothing is built while there are none. */
  readonly #attempts = new Set<Watcher>();

  add(watcher: Watcher): void {
    this.#all.add(watcher);
    if (watcher.attempts) this.#attempts.add(watcher);
  }

  remove(watcher: Watcher): void {
    this.#all.delete(watcher);
    this.#attempts.delete(watcher);
  }

  node(node: Node): void {
    for (const watcher of this.#all) watcher.send({ node });
  }

  /** A node has said what it does. */
  heartbeat(node: Node): void {
    for (const watcher of this.#all) if (watcher.load) watcher.send({ node });
  }

  attemptStarted(attempt: AttemptRecord): void {
    if (this.#attempts.size === 0) return;
    const { batch, number, first, count } = attempt;
    const traceId = Buffer.from(batch.trace.subarray(0, 16)).toString("hex");
    this.#tell(nameOf(attempt), {
      attemptStarted: {
        attemptId: attempt.id,
        function: nameOf(attempt),
        node: attempt.link.node,
        number,
        batchId: batch.id,
        first,
        count,
        traceId,
      },
    });
  }

  attemptEnded(attempt: AttemptRecord, ended: AttemptEnded): void {
    if (this.#attempts.size === 0) return;
    const { outcome, reason, retried, node } = ended;
    const fn = nameOf(attempt);
    this.#tell(fn, { attemptEnded: { attemptId: attempt.id, function: fn, node, outcome, reason, retried } });
  }

  #tell(fn: string, response: WatchResponse): void {
    for (const watcher of this.#attempts) {
      if (watcher.functions.size === 0 || watcher.functions.has(fn)) watcher.send(response);
    }
  }
}

function nameOf(attempt: AttemptRecord): string {
  return `${attempt.batch.function.kernel}/${attempt.batch.function.name}`;
}
