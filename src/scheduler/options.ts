import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** How the scheduler behaves. Every field has a default from `base/limits.ts`. */
export interface SchedulerOptions {
  /** How a node is chosen; `power-of-two` unless comparing. */
  readonly placement: "power-of-two" | "round-robin";
  /** The scheduler's own zone: nodes in it are preferred while one of them is as free as any; empty for none. */
  readonly zone: string;
  /** Estimated work in one attempt, ms: more spreads worse and re-runs more after a loss, less costs more per item. */
  readonly batchTargetMs: number;
  /** The same while short work comes: what it may have to wait for on a node. */
  readonly hastyTargetMs: number;
  /** How long short work is taken to go on coming after the last of it, ms. */
  readonly hasteMs: number;
  /** Estimated work below which a range is not cut up any further, ms. */
  readonly batchMinMs: number;
  /** Items of the first attempts of a function whose run time is unknown. */
  readonly probeItems: number;
  /** Most items of an attempt: what one frame holds. */
  readonly frameItemsMax: number;
  /** Most payload bytes of an attempt, unless it is a single larger item. */
  readonly framePayloadMaxBytes: number;
  /** Estimated work a busy node may hold per worker, ms; 0 never queues on a node. */
  readonly nodeQueueMs: number;
  /** Payload bytes that take a millisecond to get to a node: meanwhile they keep no worker busy. */
  readonly wayBytesPerMs: number;
  /** Items that run longer are long: short ones do not wait behind them. */
  readonly lateItemMs: number;
  /** How long an item waits while no node takes work, ms. */
  readonly nodeWaitMs: number;
  /** Silence after which a node is lost, ms. */
  readonly leaseMs: number;
  /** How late a wake may be before the silence of nodes is blamed on the scheduler's own absence, ms. */
  readonly wakeLateMs: number;
  /** Unsettled items over all clients; more is refused with QUEUE_FULL. */
  readonly queueItemsMax: number;
  /** Unsettled payload bytes over all clients; more is refused with QUEUE_FULL. */
  readonly queueMaxBytes: number;
  /** The same of one client. */
  readonly clientQueueItemsMax: number;
  readonly clientQueueMaxBytes: number;
  /** Estimated wait beyond which a call is refused, ms, if its deadline does not end before that. */
  readonly queueMaxMs: number;
  /** Estimated wait for which no call is refused, ms: estimates are not that good. */
  readonly queueFreeMs: number;
  /** Least advice that goes with QUEUE_FULL and OVERLOADED, ms. */
  readonly queueFullRetryMs: number;
  /** Times nodes may refuse an item unstarted before it fails; such refusals are no tries. */
  readonly refusalsMax: number;
  /** Blocked batches that are passed over in one step. */
  readonly passedMax: number;
  /** Failed attempts of a function that a full budget of retries has room for; half of it may be used. 0 never tries again. */
  readonly retryTokensMax: number;
  /** What an attempt that went well gives back to that budget. */
  readonly retryTokenRatio: number;
  /** Items of a function that may be hedged, as a share of all its items; 0 hedges only the first few. */
  readonly hedgeShare: number;
  /** How many of them may be hedged at once after a quiet time. */
  readonly hedgeBurstItems: number;
  /** Silence of a map's attempt after which it may be a straggler, ms. */
  readonly stragglerMinMs: number;
  /** How many times longer than usual a straggler takes. */
  readonly stragglerFactor: number;
  /** Failed attempts in a row after which a node is ejected. */
  readonly ejectInRow: number;
  /** Outcomes of a node below which its share of failures says nothing, and beyond which older ones weigh half. */
  readonly ejectOutcomesMin: number;
  readonly ejectMemory: number;
  /** How long a node is ejected the first time, and at most, ms. */
  readonly ejectBaseMs: number;
  readonly ejectMaxMs: number;
  /** Share of the nodes that may be ejected at a time; one always may while another is left, none with 0. */
  readonly ejectShareMax: number;
  /** Items of a function that must have killed their worker within the window before the function is stopped. */
  readonly breakerKillsMin: number;
  readonly breakerWindowMs: number;
  /** How long it is stopped the first time, and at most, ms. */
  readonly breakerOpenMs: number;
  readonly breakerOpenMaxMs: number;
  /** Items of a map that may be run once more as stragglers, as a share of all; one attempt always may. */
  readonly stragglerShare: number;
}

/** What holds unless it is overridden. */
export const defaultSchedulerOptions: SchedulerOptions = {
  placement: "power-of-two",
  zone: "",
  batchTargetMs: limits.batchTargetMs,
  hastyTargetMs: limits.hastyTargetMs,
  hasteMs: limits.hasteMs,
  batchMinMs: limits.batchMinMs,
  probeItems: limits.probeItems,
  frameItemsMax: limits.mapFrameItemsMax,
  framePayloadMaxBytes: limits.mapFramePayloadMaxBytes,
  nodeQueueMs: limits.nodeQueueMs,
  wayBytesPerMs: limits.wayBytesPerMs,
  lateItemMs: limits.lateItemMs,
  nodeWaitMs: limits.nodeWaitMs,
  leaseMs: limits.leaseMs,
  wakeLateMs: limits.heartbeatMs,
  queueItemsMax: limits.queueItemsMax,
  queueMaxBytes: limits.queueMaxBytes,
  queueMaxMs: limits.queueMaxMs,
  queueFreeMs: limits.queueFreeMs,
  clientQueueItemsMax: limits.clientQueueItemsMax,
  clientQueueMaxBytes: limits.clientQueueMaxBytes,
  queueFullRetryMs: limits.queueFullRetryMs,
  refusalsMax: limits.refusalsMax,
  passedMax: limits.passedMax,
  retryTokensMax: limits.retryTokensMax,
  retryTokenRatio: limits.retryTokenRatio,
  hedgeShare: limits.hedgeShare,
  hedgeBurstItems: limits.hedgeBurstItems,
  ejectInRow: limits.ejectInRow,
  ejectOutcomesMin: limits.ejectOutcomesMin,
  ejectMemory: limits.ejectMemory,
  ejectBaseMs: limits.ejectBaseMs,
  ejectMaxMs: limits.ejectMaxMs,
  ejectShareMax: limits.ejectShareMax,
  breakerKillsMin: limits.breakerKillsMin,
  breakerWindowMs: limits.breakerWindowMs,
  breakerOpenMs: limits.breakerOpenMs,
  breakerOpenMaxMs: limits.breakerOpenMaxMs,
  stragglerMinMs: limits.stragglerMinMs,
  stragglerFactor: limits.stragglerFactor,
  stragglerShare: limits.stragglerShare,
};

const atLeastOne = new Set<string>([
  "probeItems",
  "frameItemsMax",
  "framePayloadMaxBytes",
  "wayBytesPerMs",
  "passedMax",
  "stragglerMinMs",
  "breakerKillsMin",
  "ejectInRow",
  "ejectOutcomesMin",
  "ejectMemory",
]);

/** Fills in the defaults and checks the numbers. Throws BAD_REQUEST. */
export function resolveSchedulerOptions(partial: Partial<SchedulerOptions> = {}): SchedulerOptions {
  const options = { ...defaultSchedulerOptions, ...partial };
  if (options.placement !== "power-of-two" && options.placement !== "round-robin") {
    throw bad("placement", options.placement, `"power-of-two" or "round-robin"`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === "placement" || name === "zone") continue;
    const least = atLeastOne.has(name) ? 1 : 0;
    if (typeof value !== "number" || !(value >= least))
      throw bad(name, value, `a number of at least ${least}`);
  }
  return options;
}

function bad(name: string, value: unknown, wanted: string): HeddleError {
  return new HeddleError("BAD_REQUEST", `scheduler option ${name} is ${String(value)}, it must be ${wanted}`);
}
