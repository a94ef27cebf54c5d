import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** How the scheduler behaves. Every field has a default from `base/limits.ts`. */
export interface SchedulerOptions {
  /** How a node is chosen; `power-of-two` unless comparing. */
  readonly placement: "power-of-two" | "round-robin";
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
  /** Advice that goes with QUEUE_FULL, ms. */
  readonly queueFullRetryMs: number;
  /** Times nodes may refuse an item unstarted before it fails; such refusals are no tries. */
  readonly refusalsMax: number;
  /** Blocked batches that are passed over in one step. */
  readonly passedMax: number;
}

/** What holds unless it is overridden. */
export const defaultSchedulerOptions: SchedulerOptions = {
  placement: "power-of-two",
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
  clientQueueItemsMax: limits.clientQueueItemsMax,
  clientQueueMaxBytes: limits.clientQueueMaxBytes,
  queueFullRetryMs: limits.queueFullRetryMs,
  refusalsMax: limits.refusalsMax,
  passedMax: limits.passedMax,
};

const atLeastOne = new Set<string>([
  "probeItems",
  "frameItemsMax",
  "framePayloadMaxBytes",
  "wayBytesPerMs",
  "passedMax",
]);

/** Fills in the defaults and checks the numbers. Throws BAD_REQUEST. */
export function resolveSchedulerOptions(partial: Partial<SchedulerOptions> = {}): SchedulerOptions {
  const options = { ...defaultSchedulerOptions, ...partial };
  if (options.placement !== "power-of-two" && options.placement !== "round-robin") {
    throw bad("placement", options.placement, `"power-of-two" or "round-robin"`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === "placement") continue;
    const least = atLeastOne.has(name) ? 1 : 0;
    if (typeof value !== "number" || !(value >= least))
      throw bad(name, value, `a number of at least ${least}`);
  }
  return options;
}

function bad(name: string, value: unknown, wanted: string): HeddleError {
  return new HeddleError("BAD_REQUEST", `scheduler option ${name} is ${String(value)}, it must be ${wanted}`);
}
