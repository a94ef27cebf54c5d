/**
 * The stable reasons of errors. A reason says more than a gRPC code and, unlike the message, never changes its
 * wording: programs may switch on it. It travels as `google.rpc.ErrorInfo.reason` in the domain `heddle`.
 *
 * For each reason the table says which code it goes out with (null: the kernel chose the code), whether an attempt
 * that ended with it may be retried, and whether it speaks against the node the attempt ran on.
 */
import { Code } from "./code.ts";
import { moduleReasons } from "./module-reasons.ts";
import { row, type ReasonRow } from "./reason-row.ts";

/** Every reason Heddle gives, in the order of the documentation. */
export const reasons = {
  // What the caller asked for.
  KERNEL_NOT_FOUND: row(
    Code.NOT_FOUND,
    "final",
    false,
    "No kernel of that name or digest is deployed; deploy it, or see `heddle kernels`.",
  ),
  FUNCTION_NOT_FOUND: row(
    Code.NOT_FOUND,
    "final",
    false,
    "The kernel is there but exports no such function; the message lists those it has.",
  ),
  METHOD_NOT_FOUND: row(
    Code.UNIMPLEMENTED,
    "final",
    false,
    "The service has no such gRPC method; the message lists those it has.",
  ),
  BAD_REQUEST: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "A field of the request, an option or a flag has a value outside its documented range.",
  ),
  BAD_PAYLOAD: row(
    Code.INVALID_ARGUMENT,
    "final",
    false,
    "The payload is not a valid request of the function: unknown field, wrong type, out of range, bad UTF-8, truncated or nested too deep.",
  ),
  PAYLOAD_TOO_LARGE: row(
    Code.RESOURCE_EXHAUSTED,
    "final",
    false,
    "The payload is larger than the limit named in the message.",
  ),
  DEADLINE: row(
    Code.DEADLINE_EXCEEDED,
    "final",
    false,
    "The caller's deadline passed before the invocation settled.",
  ),
  CANCELLED: row(Code.CANCELLED, "final", false, "The caller cancelled, or closed its stream."),
  // What the kernel did.
  KERNEL_FAILED: row(
    null,
    "final",
    false,
    "The kernel ended the invocation with `fail(code, message)`; the code is the kernel's.",
  ),
  KERNEL_TRAP: row(
    Code.UNKNOWN,
    "final",
    false,
    "The kernel trapped (unreachable, out of bounds, division by zero, stack overflow); the message names the function, the line and its callers; the log has the whole stack.",
  ),
  KERNEL_BAD_RESULT: row(
    Code.UNKNOWN,
    "final",
    false,
    "The kernel returned a pointer or a length outside its memory.",
  ),
  RESULT_TOO_LARGE: row(
    Code.RESOURCE_EXHAUSTED,
    "final",
    false,
    "The response is larger than the limit named in the message.",
  ),
  TIME_LIMIT: row(
    Code.DEADLINE_EXCEEDED,
    "final",
    false,
    "One invocation ran longer than the function's time limit and was ended.",
  ),
  MEMORY_LIMIT: row(
    Code.RESOURCE_EXHAUSTED,
    "final",
    false,
    "The kernel asked for more memory than its maximum.",
  ),
  // What a module must be, and what may be done with its versions.
  ...moduleReasons,
  // What happened to an attempt.
  NODE_LOST: row(
    Code.UNAVAILABLE,
    "if-pure",
    true,
    "The node died or fell silent while the attempt was on it.",
  ),
  NODE_DRAINING: row(
    Code.UNAVAILABLE,
    "always",
    false,
    "The node takes nothing new; the attempt had not started.",
  ),
  NODE_OVERLOADED: row(
    Code.RESOURCE_EXHAUSTED,
    "always",
    false,
    "The node's queue was full; the attempt had not started.",
  ),
  NOT_STARTED: row(
    Code.UNAVAILABLE,
    "always",
    false,
    "The attempt ended before the item started, for a cause outside the item.",
  ),
  WORKER_LOST: row(
    Code.UNAVAILABLE,
    "if-pure",
    true,
    "The worker thread ended while the item ran, for a cause outside the kernel's limits.",
  ),
  MODULE_UNAVAILABLE: row(
    Code.UNAVAILABLE,
    "always",
    true,
    "The node could not fetch or compile the module; the attempt had not started.",
  ),
  // What happened to the fabric.
  NO_NODES: row(
    Code.UNAVAILABLE,
    "final",
    false,
    "No node could take the work within the waiting time; start nodes or look at `heddle nodes`.",
  ),
  QUEUE_FULL: row(
    Code.RESOURCE_EXHAUSTED,
    "final",
    false,
    "The scheduler's queue is full; try again after the pushback.",
  ),
  OVERLOADED: row(
    Code.RESOURCE_EXHAUSTED,
    "final",
    false,
    "So much work waits that the call could not run in time; try again after the pushback, or start nodes.",
  ),
  FUNCTION_STOPPED: row(
    Code.UNAVAILABLE,
    "final",
    false,
    "The function keeps ending its workers and is stopped for a while; try again after the pushback, and look at `heddle logs`.",
  ),
  GATEWAY_STOPPING: row(
    Code.UNAVAILABLE,
    "final",
    false,
    "The gateway is shutting down and has not begun with it; connect to another or try again. The SDK does when a gateway is back.",
  ),
  CONNECTION_LOST: row(
    Code.UNAVAILABLE,
    "final",
    false,
    "The connection to the gateway was lost and could not be restored in time.",
  ),
  UNREACHABLE: row(
    Code.UNAVAILABLE,
    "final",
    false,
    "Nothing answers at the address; is `heddle up` running there?",
  ),
  VERSION_SKEW: row(
    Code.FAILED_PRECONDITION,
    "final",
    false,
    "The two sides differ by more than one minor version.",
  ),
  BAD_SECRET: row(Code.UNAUTHENTICATED, "final", false, "The fabric's secret is missing or wrong."),
  DATA_LOCKED: row(Code.FAILED_PRECONDITION, "final", false, "Another process uses the data folder."),
  ADDRESS_IN_USE: row(
    Code.FAILED_PRECONDITION,
    "final",
    false,
    "The port is taken; choose another, or 0 for any free one.",
  ),
  CONFLICT: row(
    Code.ABORTED,
    "final",
    false,
    "Somebody else changed the entry in between; read it again and repeat.",
  ),
  STORE_CORRUPT: row(Code.DATA_LOSS, "final", false, "A file of the data folder is damaged or not Heddle's."),
  WATCH_BEHIND: row(Code.RESOURCE_EXHAUSTED, "final", false, "A watch was read too slowly; watch again."),
  STORE_FULL: row(Code.RESOURCE_EXHAUSTED, "final", false, "The disk under the data folder is full."),
  PROTOCOL: row(Code.INTERNAL, "final", false, "A frame broke the protocol; this is a defect of the sender."),
  INTERNAL: row(
    Code.INTERNAL,
    "final",
    false,
    "Something that should not happen did; the cause is in the log.",
  ),
} as const satisfies Record<string, ReasonRow>;

/** A stable reason, a key of the table. */
export type Reason = keyof typeof reasons;

/** The row of a reason that came over the wire; a reason of a newer version is final and blames nobody. */
export function reasonRow(reason: string): ReasonRow {
  return Object.hasOwn(reasons, reason) ? reasons[reason as Reason] : reasons.INTERNAL; // hasOwn proves the key
}
