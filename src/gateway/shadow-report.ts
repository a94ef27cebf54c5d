/** Compares the outcomes of calls that ran on two versions, and counts. */
import { limits } from "../base/limits.ts";
import type { Reason } from "../base/reason.ts";
import type { ShadowReport } from "../rpc/generated/heddle/v1/ShadowReport.ts";
import { messageToJsonText } from "../wire/json.ts";
import { decodeMessage } from "../wire/message.ts";
import type { FunctionSchema, MessageType } from "../wire/schema.ts";

/** How one call ended: with a response, or with an error. */
export type Outcome =
  | { readonly kind: "result"; readonly payload: Uint8Array; readonly runMs: number }
  | { readonly kind: "error"; readonly reason: string; readonly code: number; readonly message: string };

/** What the call was. */
export interface ComparedCall {
  readonly function: string;
  /** Its messages, to show what differs; undefined when they are not known. */
  readonly schema: FunctionSchema | undefined;
  /** The serialised request. */
  readonly input: Uint8Array;
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
    if (areEqual(answer, shadow)) {
      counts.equal++;
      return;
    }
    if (answer.kind === "result" && shadow.kind === "error") counts.failed++;
    else counts.different++;
    if (this.#differences.length >= limits.shadowDifferencesMax) return;
    const message = differenceOf(call, answer, shadow);
    this.#differences.push({ function: call.function, message, traceId: call.traceId, atMs: nowMs });
  }

  report(): ShadowReport {
    return { ...this.#counts, differences: [...this.#differences] };
  }
}

/** Two traps may lie at different places, but what a kernel says when it fails counts. */
function areEqual(answer: Outcome, shadow: Outcome): boolean {
  if (answer.kind === "result") {
    return shadow.kind === "result" && Buffer.compare(answer.payload, shadow.payload) === 0;
  }
  if (shadow.kind === "result" || answer.reason !== shadow.reason || answer.code !== shadow.code)
    return false;
  return answer.reason !== "KERNEL_FAILED" || answer.message === shadow.message;
}

/** What differs between two outcomes, in a sentence: `for {"x":1} it gave {"value":2}, the shadow {"value":3}`. */
function differenceOf({ schema, input }: ComparedCall, answer: Outcome, shadow: Outcome): string {
  const asked = textOf(schema?.request, input);
  const [left, right] = [answer, shadow].map((outcome) =>
    outcome.kind === "result"
      ? `gave ${textOf(schema?.response, outcome.payload)}`
      : `failed with ${outcome.reason}: ${outcome.message.slice(0, shownMax)}`,
  );
  const alike = left === right ? `, which differ from byte ${firstDifference(answer, shadow)} on` : "";
  return `for ${asked} it ${left}; the shadow ${right}${alike}`;
}

/** Bytes of a message, and characters of its text, up to which it is shown. */
const shownMax = 200;

/** A message as JSON, or when that would be long or cannot be, its size. */
function textOf(type: MessageType | undefined, bytes: Uint8Array): string {
  const size = `${bytes.length} bytes`;
  if (type === undefined || bytes.length > shownMax) return size;
  try {
    const text = messageToJsonText(type, decodeMessage(type, bytes));
    return text.length > shownMax ? size : text;
  } catch {
    return size; // only the kernel judges a request, and it may give what is no message
  }
}

function firstDifference(answer: Outcome, shadow: Outcome): number {
  if (answer.kind === "error" || shadow.kind === "error") return 0;
  let at = 0;
  while (at < answer.payload.length && answer.payload[at] === shadow.payload[at]) at++;
  return at;
}
