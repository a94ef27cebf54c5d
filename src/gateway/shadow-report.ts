/** Compares the outcomes of calls that ran on two versions, and counts. */
import { limits } from "../base/limits.ts";
import type { Reason } from "../base/reason.ts";
import type { ShadowReport } from "../rpc/generated/heddle/v1/ShadowReport.ts";

/** How one call ended: with a response, or with an error. */
export type Outcome =
  | { readonly kind: "result"; readonly payload: Uint8Array; readonly runMs: number }
  | { readonly kind: "error"; readonly reason: string; readonly code: number; readonly message: string };

/** What the call was. */
export interface ComparedCall {
  readonly function: string;
  /** 32 hex digits, or empty. */
  readonly traceId: string;
}

/** Reasons that are the kernel's own doing; all others say that the call could not be tried. */
const kernelMade: ReadonlySet<string> = new Set<Reason>([
  "KERNEL_FAILED",
  "KERNEL_TRAP",
  "KERNEL_BAD_RESULT",
  "RESULT_TOO_LARGE",
  "TIME_LIMIT",
  "MEMORY_LIMIT",
  "BAD_PAYLOAD",
]);

/** True for an outcome that says something about the kernel. */
export function isTelling(outcome: Outcome): boolean {
  return outcome.kind === "result" || kernelMade.has(outcome.reason);
}

/** What the comparison of one shadow has found so far. */
export class ShadowTally {
  readonly #counts = { calls: 0, equal: 0, different: 0, failed: 0, skipped: 0, runMs: 0, shadowRunMs: 0 };
  readonly #differences: NonNullable<ShadowReport["differences"]> = [];

  /** Calls of the sample that could not be compared. */
  skip(calls: number): void {
    this.#counts.skipped += calls;
  }

  /** Counts a call that ran on both. */
  compare(call: ComparedCall, answer: Outcome, shadow: Outcome, nowMs: number): void {
    const counts = this.#counts;
    counts.calls++;
    if (answer.kind === "result" && shadow.kind === "result") {
      counts.runMs += answer.runMs;
      counts.shadowRunMs += shadow.runMs;
    }
    const said = differenceOf(answer, shadow);
    if (said === "") {
      counts.equal++;
      return;
    }
    if (answer.kind === "result" && shadow.kind === "error") counts.failed++;
    else counts.different++;
    if (this.#differences.length >= limits.shadowDifferencesMax) return;
    this.#differences.push({ function: call.function, message: said, traceId: call.traceId, atMs: nowMs });
  }

  report(): ShadowReport {
    return { ...this.#counts, differences: [...this.#differences] };
  }
}

/** What differs between two outcomes, in a sentence; "" when nothing does. Two traps may lie at different places. */
function differenceOf(answer: Outcome, shadow: Outcome): string {
  if (answer.kind === "error") {
    if (shadow.kind === "result") return `it failed with ${told(answer)}; the shadow gave a result`;
    const alike =
      answer.reason === shadow.reason &&
      answer.code === shadow.code &&
      (answer.reason !== "KERNEL_FAILED" || answer.message === shadow.message);
    return alike ? "" : `it failed with ${told(answer)}; the shadow with ${told(shadow)}`;
  }
  if (shadow.kind === "error") return `the shadow failed with ${told(shadow)}`;
  const [left, right] = [answer.payload, shadow.payload];
  if (Buffer.from(left.buffer, left.byteOffset, left.length).equals(right)) return "";
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const sizes =
    left.length === right.length ? `${left.length} bytes` : `${left.length} and ${right.length} bytes`;
  return `the responses have ${sizes} and differ from byte ${at} on`;
}

function told({ reason, message }: Extract<Outcome, { kind: "error" }>): string {
  return `${reason}: ${message.slice(0, 200)}`;
}
