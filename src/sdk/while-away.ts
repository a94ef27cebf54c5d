/**
 * Unary calls while the gateway is away: they are made again, as invocations are, until it is back or the SDK has no
 * more patience. A call that only reads is made again whatever became of it; one that changes something, when it cannot
 * have begun.
 */
import { setTimeout as wait } from "node:timers/promises";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { systemRandom } from "../base/random.ts";
import { linkSignals } from "../base/signals.ts";
import type { CallOptions } from "../rpc/clients.ts";
import { wasNeverSent } from "../rpc/status.ts";

/** What a call does. */
export type CallKind = "reads" | "changes";

/** Makes calls again. */
export class WhileAway {
  readonly #patienceMs: number;
  readonly #closed = new AbortController();

  /** `patienceMs` is how long the SDK tries to come back to a gateway. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Nothing is made again from now on. */
  close(): void {
    this.#closed.abort();
  }

  /** Makes a call; rejects with its last error. `call` gets the options with what is left of the deadline. */
  async call<Result>(
    kind: CallKind,
    options: CallOptions,
    call: (options: CallOptions) => Promise<Result>,
  ): Promise<Result> {
    const begun = performance.now();
    const { deadlineMs = Infinity, signal } = options;
    for (
      let waitMs: number = limits.reconnectBaseMs;
      ;
      waitMs = Math.min(2 * waitMs, limits.reconnectMaxMs)
    ) {
      const left = deadlineMs - (performance.now() - begun);
      try {
        return await call(left === Infinity ? options : { ...options, deadlineMs: Math.max(1, left) });
      } catch (error) {
        const pauseMs = waitMs * (0.5 + systemRandom.next() / 2);
        const endMs = performance.now() - begun + pauseMs;
        if (!mayRepeat(kind, error) || endMs > Math.min(this.#patienceMs, deadlineMs)) throw error;
        using over = linkSignals([signal, this.#closed.signal]);
        // When its own signal aborts meanwhile, the next call says so.
        await wait(pauseMs, undefined, { signal: over.signal }).catch(() => {});
        if (this.#closed.signal.aborted) throw error;
      }
    }
  }
}

function mayRepeat(kind: CallKind, error: unknown): boolean {
  if (!(error instanceof HeddleError)) return false;
  if (error.reason === "GATEWAY_STOPPING") return true; // it says so before it begins with anything
  return error.reason === "CONNECTION_LOST" && (kind === "reads" || wasNeverSent(error));
}
