/** What the scheduler does when things go wrong, or when there is too much of them: a part of `limits.ts`, which is where it is used from. */
export const policyLimits = {
  /** Tries of one invocation, the first included. */
  attemptsMax: 4,
  /** Highest number of tries a caller may ask for. */
  attemptsCap: 16,
  /** First back-off; doubles with each attempt, full jitter. */
  backoffBaseMs: 10,
  /** Longest back-off. */
  backoffMaxMs: 2_000,
  /** Failures of attempts of one function that are forgiven in a row: half of them may pass before retries stop. */
  retryTokensMax: 100,
  /** What an attempt that went well gives back: in the long run so much of the work may be retries. */
  retryTokenRatio: 0.1,
  /** What takes longer than this share of a function's attempts is late. */
  lateQuantile: 0.95,
  /** Work that may be done twice by hedging, as a share of all of the function's, and items that may be at once. */
  hedgeShare: 0.05,
  hedgeBurstItems: 10,
  /** A map's attempt that nothing was heard of for less is no straggler. */
  stragglerMinMs: 250,
  /** How many times longer than late a straggler is, or than what is left of it should take. */
  stragglerFactor: 2,
  /** Share of a map's items that may be run once more as stragglers; one attempt always may. */
  stragglerShare: 0.05,
  /** A breaker opens when so many items killed their worker within the window, and at least half of all did. */
  breakerKillsMin: 10,
  breakerWindowMs: 10_000,
  /** How long it stays open, doubled each time the next try kills again, and at most. */
  breakerOpenMs: 5_000,
  breakerOpenMaxMs: 60_000,
  /** Failures in a row after which a node is ejected. */
  ejectInRow: 5,
  /** Outcomes below which a node is not compared with the others, and beyond which older ones weigh half. */
  ejectOutcomesMin: 20,
  ejectMemory: 200,
  /** How long a node is ejected the first time, doubled with each further one, and at most. */
  ejectBaseMs: 5_000,
  ejectMaxMs: 60_000,
  /** Share of the nodes that may be ejected at a time; one always may while another is left. */
  ejectShareMax: 0.5,
  /** Nodes whose health is remembered. */
  healthsMax: 20_000,
  /** Estimated wait in the queue beyond which calls are refused: as long as a server waits for any call. */
  queueMaxMs: 900_000,
  /** Estimated wait for which no call is refused, whatever its deadline. */
  queueFreeMs: 20,
} as const;
