import { codeName } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { ExitCode, exitCodeOf } from "./exit-code.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

/** Calls that failed in one way. */
export interface LoadFailures {
  readonly code: string;
  readonly reason: string;
  count: number;
  /** What the first of them said. */
  readonly message: string;
}

/** What came of the calls of a load. */
export class LoadTally {
  /** Of calls that succeeded. */
  readonly latency = new LatencyHistogram();
  failed = 0;
  /** Calls that were due and did not start, since too many were in flight. */
  notStarted = 0;
  /** The fabric is gone: there is nobody to call any more. */
  lost = false;
  readonly #failures = new Map<string, LoadFailures>();
  #closed = false;

  succeed(ms: number): void {
    if (!this.#closed) this.latency.record(ms);
  }

  fail(cause: unknown): void {
    if (this.#closed) return;
    const error = HeddleError.from(cause);
    this.failed++;
    if (exitCodeOf(error) === ExitCode.UNREACHABLE) this.lost = true;
    const { reason, rawMessage: message } = error;
    const code = codeName(error.code);
    const known = this.#failures.get(`${code} ${reason}`);
    if (known === undefined) this.#failures.set(`${code} ${reason}`, { code, reason, count: 1, message });
    else known.count++;
  }

  /** Counts nothing from now on: what ends later was cut off. */
  close(): void {
    this.#closed = true;
  }

  /** Calls that have ended. */
  get ended(): number {
    return this.latency.count + this.failed;
  }

  /** The most frequent first. */
  failures(): LoadFailures[] {
    return [...this.#failures.values()].toSorted((a, b) => b.count - a.count);
  }
}
