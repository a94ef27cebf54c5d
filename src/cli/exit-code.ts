import { HeddleError } from "../base/error.ts";

/** What a command's exit code means. */
export const ExitCode = {
  OK: 0,
  /** A call, or a part of a map, failed. */
  FAILED: 1,
  /** The command line was not understood. */
  USAGE: 2,
  /** No fabric answers at the address. */
  UNREACHABLE: 3,
  /** Ended by Ctrl-C. */
  INTERRUPTED: 130,
} as const;

/** The exit code of a command that ended with this error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return ExitCode.USAGE;
  const { reason } = HeddleError.from(error);
  return reason === "UNREACHABLE" || reason === "CONNECTION_LOST" ? ExitCode.UNREACHABLE : ExitCode.FAILED;
}

/** The command line was not understood; the message says what was wrong and what is meant. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
