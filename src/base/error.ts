import { Code, codeName } from "./code.ts";
import { reasons, type Reason } from "./reason.ts";

/** What an error carries beside its message. */
export interface HeddleErrorOptions {
  /** The gRPC code, when it is not the one that belongs to the reason (a kernel's own `fail`). */
  readonly code?: Code;
  /** What led to it; kept inward, never sent. */
  readonly cause?: unknown;
  /** How many attempts were made. */
  readonly attempts?: number;
  /** The node of the last attempt. */
  readonly node?: string;
  /** The trace the invocation belongs to, 32 hex digits. */
  readonly traceId?: string;
  /** How long to wait before trying again, in ms, when the server asks for it. */
  readonly retryAfterMs?: number;
}

/**
 * The one error class. `reason` is stable and meant for programs, `code` is the gRPC status, `rawMessage` the sentence
 * for people; `message` is both in one line: `[NOT_FOUND KERNEL_NOT_FOUND] no kernel "linalgg" is deployed`.
 */
export class HeddleError extends Error {
  override readonly name = "HeddleError";
  readonly code: Code;
  /** A key of the table of reasons, or an unknown one from a newer peer. */
  readonly reason: Reason | (string & {});
  readonly rawMessage: string;
  readonly attempts: number | undefined;
  readonly node: string | undefined;
  readonly traceId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(reason: Reason | (string & {}), rawMessage: string, options: HeddleErrorOptions = {}) {
    const known = Object.hasOwn(reasons, reason) ? reasons[reason as Reason].code : null; // hasOwn proves the key
    const code = options.code ?? known ?? Code.UNKNOWN;
    super(`[${codeName(code)} ${reason}] ${rawMessage}`, "cause" in options ? { cause: options.cause } : {});
    this.code = code;
    this.reason = reason;
    this.rawMessage = rawMessage;
    this.attempts = options.attempts;
    this.node = options.node;
    this.traceId = options.traceId;
    this.retryAfterMs = options.retryAfterMs;
  }

  /**
   * Turns anything caught into a HeddleError. A HeddleError stays itself; an unknown cause becomes INTERNAL outward
   * and is kept as `cause` inward.
   */
  static from(error: unknown): HeddleError {
    if (error instanceof HeddleError) return error;
    if (error instanceof Error && error.name === "AbortError") {
      return new HeddleError("CANCELLED", "the operation was aborted", { cause: error });
    }
    const said = error instanceof Error ? error.message : String(error);
    return new HeddleError("INTERNAL", said, { cause: error });
  }
}
