/** What kernel authors import: `import { assert, check, Code, fail, log } from "heddle"`. */
import { failWith, Level, logAt } from "./host";

/** The gRPC status codes a kernel may end with. */
export enum Code {
  CANCELLED = 1,
  UNKNOWN = 2,
  INVALID_ARGUMENT = 3,
  DEADLINE_EXCEEDED = 4,
  NOT_FOUND = 5,
  ALREADY_EXISTS = 6,
  PERMISSION_DENIED = 7,
  RESOURCE_EXHAUSTED = 8,
  FAILED_PRECONDITION = 9,
  ABORTED = 10,
  OUT_OF_RANGE = 11,
  UNIMPLEMENTED = 12,
  INTERNAL = 13,
  UNAVAILABLE = 14,
  DATA_LOSS = 15,
  UNAUTHENTICATED = 16,
}

/** Ends the invocation with a gRPC status. Nothing after it runs. */
export function fail(code: Code, message: string): void {
  failWith(code, message);
}

/** Ends the invocation with INVALID_ARGUMENT unless the condition holds. */
export function check(condition: bool, message: string): void {
  if (!condition) failWith(Code.INVALID_ARGUMENT, message);
}

/**
 * Ends the invocation with INTERNAL unless the condition holds, and writes the message to the log: for what must be
 * true whatever the caller sends. It takes the place of the built-in `assert` where it is imported.
 */
export function assert(condition: bool, message: string = "an assertion does not hold"): void {
  if (condition) return;
  logAt(Level.ERROR, "assertion failed: " + message);
  failWith(Code.INTERNAL, message);
}

/** Lines for the log of the invocation. */
export namespace log {
  /** Detail for whoever looks for a fault. */
  export function debug(message: string): void {
    logAt(Level.DEBUG, message);
  }

  /** Something worth knowing. */
  export function info(message: string): void {
    logAt(Level.INFO, message);
  }

  /** Something odd that did no harm. */
  export function warn(message: string): void {
    logAt(Level.WARN, message);
  }

  /** Something that went wrong. */
  export function error(message: string): void {
    logAt(Level.ERROR, message);
  }
}
