/**
 * One meaning of `start` and `stop` for everything long-lived. Parts start in the order given and stop in reverse, so
 * that each may rely on those before it for its whole life. Invariants: a part is stopped if and only if its start
 * succeeded, at most once, and no two parts start or stop at the same time.
 *
 * `start` and `stop` may be called any number of times: the first call of each does the work, later calls wait for the
 * same outcome. What has been stopped never starts again; make a new one.
 */
import { HeddleError } from "./error.ts";

/** One start and one stop for a list of parts. */
export function createLifecycle(parts: readonly LifecyclePart[]): Lifecycle {
  const stopping = new AbortController();
  const started: LifecyclePart[] = [];
  let state: LifecycleState = "new";
  let starting: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    state = "starting";
    try {
      for (const part of parts) {
        await part.start?.(stopping.signal);
        started.push(part);
        if (stopping.signal.aborted) throw stoppedEarly();
      }
      state = "running";
    } catch (error) {
      await unwind(error);
      throw error;
    }
  }

  /** After a failed start: what has started is stopped, and the start's own error is the one that is told. */
  async function unwind(why: unknown): Promise<void> {
    state = "stopping";
    const errors = await stopInReverse(started);
    state = "stopped";
    if (errors.length > 0)
      throw new AggregateError([why, ...errors], startFailure(why, errors), { cause: why });
  }

  async function stopAll(): Promise<void> {
    if (starting !== undefined) {
      stopping.abort(stoppedEarly());
      // A start that failed has cleaned up after itself and has told its own caller why.
      await starting.catch(() => undefined);
    }
    if (state === "stopped") return;
    state = "stopping";
    const errors = await stopInReverse(started);
    state = "stopped";
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, stopFailure(errors));
  }

  return {
    get state() {
      return state;
    },
    start: () => (stopped === undefined ? (starting ??= startAll()) : Promise.reject(stoppedEarly())),
    stop: () => (stopped ??= stopAll()),
  };
}

/** Something that has to be started, stopped or both. */
export interface LifecyclePart {
  /** Resolves when the part is ready. The signal aborts when `stop` is called meanwhile; heeding it is optional. */
  start?(signal: AbortSignal): Promise<void> | void;
  /** Resolves when all is quiet. Called only after `start` succeeded. */
  stop?(): Promise<void> | void;
}

/** Where a life stands. A failed start ends in `stopped`. */
export type LifecycleState = "new" | "starting" | "running" | "stopping" | "stopped";

/** What a long-lived thing answers to. */
export interface Lifecycle {
  readonly state: LifecycleState;
  /**
   * Starts every part in order. When one fails, those before it are stopped and its error is thrown. Rejects with
   * CANCELLED when `stop` came before, meanwhile or since.
   */
  start(): Promise<void>;
  /**
   * Stops every started part in reverse order, also when one of them fails; then throws its error, or an
   * AggregateError of several.
   */
  stop(): Promise<void>;
}

async function stopInReverse(started: LifecyclePart[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (let part = started.pop(); part !== undefined; part = started.pop()) {
    try {
      await part.stop?.();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

function stoppedEarly(): HeddleError {
  return new HeddleError("CANCELLED", "it was stopped; what is stopped does not start");
}

function startFailure(why: unknown, errors: readonly unknown[]): string {
  return `the start failed (${textOf(why)}), and so did ${stopFailure(errors)}`;
}

function stopFailure(errors: readonly unknown[]): string {
  return `the stop of ${errors.length} part(s): ${errors.map(textOf).join("; ")}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
