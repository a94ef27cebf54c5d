/** What callers may set, with defaults; each is checked and completed once, by the `resolve…` function of its kind. */
import { HeddleError } from "../base/error.ts";
import { toKernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";

/** Options of `connect`. */
export interface ConnectOptions {
  /** How long the first connection may take, in ms; Infinity for as long as it takes. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long calls wait for a lost connection to come back before they fail, in ms; Infinity is allowed. Default 30,000. */
  readonly reconnectMs?: number;
  /** On whose behalf the calls are made. Default "default". */
  readonly principal?: string;
}

/** Options of one invocation. */
export interface InvokeOptions {
  /**
   * Time for the whole invocation, retries included, in ms; with 0 it has passed already. Default: the server's maximum
   * of 15 minutes.
   */
  readonly deadlineMs?: number;
  /** Cancels the invocation. */
  readonly signal?: AbortSignal;
  /** How failed attempts are repeated. */
  readonly retry?: RetryOptions;
  /** Higher goes first; default 0. */
  readonly priority?: number;
  /** Invocations with the same key prefer the same node. */
  readonly affinity?: string;
  /** Makes repeating a function with effects safe. */
  readonly idempotencyKey?: string;
  /** Calls this version of the kernel, 64 hex digits. Default: as the kernel's calls are routed. */
  readonly digest?: string;
}

/** How failed attempts are repeated. */
export interface RetryOptions {
  /** Most tries of one item, the first included; 1 to 16. Default 4. */
  readonly attemptsMax?: number;
}

/** Options of a map. */
export interface MapOptions extends InvokeOptions {
  /** Results in the order of the inputs (true, the default), or as they are ready (false). */
  readonly ordered?: boolean;
  /** Most items under way, from taken off the inputs to handed out. Default 131,072. */
  readonly concurrency?: number;
  /** Most bytes of inputs and of results held for items under way. Default 16 MiB. */
  readonly windowBytes?: number;
  /** `stop` (default) ends the map with the first failed item's error; `collect` yields it and goes on. */
  readonly onError?: "stop" | "collect";
  /** Told at most ten times a second, and once at the end. */
  readonly onProgress?: (progress: MapProgress) => void;
  /** Number of inputs, when the caller knows it, for `onProgress`; an array's length is known anyway. */
  readonly total?: number;
}

/** How far a map is. */
export interface MapProgress {
  /** Items that have their outcome. */
  readonly done: number;
  /** How many of them failed. */
  readonly failed: number;
  /** Items in all, when known. */
  readonly total: number | undefined;
}

/** Checked and complete. */
export interface ResolvedInvoke {
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly attemptsMax: number;
  readonly priority: number;
  readonly affinity: string;
  readonly idempotencyKey: string;
  /** Of the version to call; empty for whatever the kernel's name points to. */
  readonly digest: string;
  /** Invocations with equal keys may share a batch. */
  readonly key: string;
}

/** Checked and complete. */
export interface ResolvedMap extends ResolvedInvoke {
  readonly ordered: boolean;
  readonly concurrency: number;
  readonly windowBytes: number;
  readonly onError: "stop" | "collect";
  readonly onProgress: ((progress: MapProgress) => void) | undefined;
  readonly total: number | undefined;
}

const defaultInvoke: ResolvedInvoke = {
  deadlineMs: 0,
  signal: undefined,
  attemptsMax: 0,
  priority: 0,
  affinity: "",
  idempotencyKey: "",
  digest: "",
  key: "",
};

function whole(name: string, value: number | undefined, min: number, max: number, fallback: number): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new HeddleError(
    "BAD_REQUEST",
    `option "${name}" must be a whole number from ${min} to ${max}, not ${value}`,
  );
}

function key(name: string, value: string | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" && value.length <= limits.keyMaxChars) return value;
  const given = typeof value === "string" ? `one of ${value.length}` : typeof value;
  throw new HeddleError(
    "BAD_REQUEST",
    `option "${name}" must be a text of at most ${limits.keyMaxChars} characters, not ${given}`,
  );
}

function deadline(value: number | undefined): number {
  if (value === undefined) return 0;
  if (typeof value !== "number" || Number.isNaN(value) || value < 0) {
    throw new HeddleError("BAD_REQUEST", `option "deadlineMs" must be 0 or more, not ${value}`);
  }
  // On the wire 0 would mean none, and a millisecond is enough for a call.
  if (value === 0) throw new HeddleError("DEADLINE", "the deadline has passed already; nothing was started");
  return Math.min(limits.deadlineMaxMs, Math.ceil(value));
}

function digestOption(value: string | undefined): string {
  if (value === undefined || toKernelDigest(value) !== undefined) return value ?? "";
  const given = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : typeof value;
  throw new HeddleError(
    "BAD_REQUEST",
    `option "digest" must be 64 lower-case hex digits, as in kernels(), not ${given}`,
  );
}

/** Checks the options of an invocation and fills in the defaults. Throws BAD_REQUEST, DEADLINE. */
export function resolveInvokeOptions(options: InvokeOptions | undefined): ResolvedInvoke {
  if (options === undefined) return defaultInvoke;
  const deadlineMs = deadline(options.deadlineMs);
  const attemptsMax = whole("retry.attemptsMax", options.retry?.attemptsMax, 1, limits.attemptsCap, 0);
  const priority = whole("priority", options.priority, -100, 100, 0);
  const affinity = key("affinity", options.affinity);
  const idempotencyKey = key("idempotencyKey", options.idempotencyKey);
  const plain =
    deadlineMs === 0 && attemptsMax === 0 && priority === 0 && affinity === "" && idempotencyKey === "";
  const shared = plain ? "" : JSON.stringify([deadlineMs, attemptsMax, priority, affinity, idempotencyKey]);
  const digest = digestOption(options.digest);
  const { signal } = options;
  return { deadlineMs, signal, attemptsMax, priority, affinity, idempotencyKey, digest, key: shared };
}

/** Checks the options of a map and fills in the defaults. Throws BAD_REQUEST, DEADLINE. */
export function resolveMapOptions(options: MapOptions | undefined): ResolvedMap {
  const given = options ?? {};
  if (given.onError !== undefined && given.onError !== "stop" && given.onError !== "collect") {
    throw new HeddleError(
      "BAD_REQUEST",
      `option "onError" must be "stop" or "collect", not ${JSON.stringify(given.onError)}`,
    );
  }
  return {
    ...resolveInvokeOptions(options),
    ordered: given.ordered ?? true,
    concurrency: whole("concurrency", given.concurrency, 1, 1_000_000, limits.mapConcurrency),
    windowBytes: whole("windowBytes", given.windowBytes, 1024, 1024 ** 3, limits.mapWindowBytes),
    onError: given.onError ?? "stop",
    onProgress: given.onProgress,
    total: given.total,
  };
}
