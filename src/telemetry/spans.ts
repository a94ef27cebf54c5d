/**
 * The spans of Heddle: `invoke` or `map` in the caller's process, and in the scheduler's one `attempt` per try with the
 * node's `execute → { queue, instantiate when cold, run }` under it. They are started and ended with explicit times,
 * milliseconds on the scale of `systemClock`, because much of what they show is known only afterwards.
 */
export { startInvokeSpan, startMapSpan } from "./call-span.ts";
export type { CallEnd, CallStart, InvokeSpan, MapSpan } from "./call-span.ts";
export { AttemptSpan, startAttemptSpan } from "./attempt-span.ts";
export type { AttemptEnd, AttemptStart } from "./attempt-span.ts";
export type { NodeTimings } from "./node-spans.ts";
