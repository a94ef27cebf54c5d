/** What the scheduler allows itself beyond the first try of everything: a part of `limits.ts`, which is where it is used from. */
export const policyLimits = {
  /** Failures of attempts of one function that are forgiven in a row: half of them may pass before retries stop. */
  retryTokensMax: 100,
  /** What an attempt that went well gives back: in the long run so much of the work may be retries. */
  retryTokenRatio: 0.1,
} as const;
