import type { Code } from "./code.ts";

/**
 * May the scheduler try again? `always`: the item cannot have started. `if-pure`: it may have started, so only a
 * function without effects is tried again. `final`: the outcome would be the same, or is the caller's to judge.
 */
export type RetryRule = "always" | "if-pure" | "final";

/** One row of the table of reasons. */
export interface ReasonRow {
  readonly code: Code | null;
  readonly retry: RetryRule;
  readonly countsAgainstNode: boolean;
  /** One sentence for the documentation: when it happens and what to do. */
  readonly about: string;
}

/** Makes a row. */
export function row(
  code: Code | null,
  retry: RetryRule,
  countsAgainstNode: boolean,
  about: string,
): ReasonRow {
  return { code, retry, countsAgainstNode, about };
}
