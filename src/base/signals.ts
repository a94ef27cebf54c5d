/**
 * AbortSignals that depend on others. `AbortSignal.any` and `AbortSignal.timeout` leave it to the garbage collector
 * when listeners and timers go; a call that ends early in a process that lives for months has to give them back at
 * once. Everything here is closed explicitly, by `using` or in a `finally`.
 */
import { HeddleError } from "./error.ts";

/** Aborts when any of the given signals does, with that one's reason. */
export function linkSignals(signals: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const parents = signals.filter((signal) => signal !== undefined);
  const onAbort = (): void => {
    close();
    controller.abort(parents.find((parent) => parent.aborted)?.reason);
  };
  const close = (): void => {
    for (const parent of parents) parent.removeEventListener("abort", onAbort);
  };
  for (const parent of parents) parent.addEventListener("abort", onAbort, { once: true });
  if (parents.some((parent) => parent.aborted)) onAbort();
  return { signal: controller.signal, close, [Symbol.dispose]: close };
}

/**
 * Aborts with the given signal, or with reason DEADLINE after `timeoutMs`; `Infinity` sets no timer, 0 or less aborts
 * at once. `what` names the operation in the error's sentence.
 */
export function withTimeout(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  what = "the operation",
): LinkedSignal {
  if (Number.isNaN(timeoutMs))
    throw new HeddleError("BAD_REQUEST", `the timeout of ${what} is NaN milliseconds`);
  const expired = new AbortController();
  const linked = linkSignals([signal, expired.signal]);
  const expire = (): void =>
    expired.abort(new HeddleError("DEADLINE", `${what} took longer than ${timeoutMs} ms`));
  let timer: NodeJS.Timeout | undefined;
  const arm = (leftMs: number): void => {
    const nextMs = Math.min(leftMs, timerMaxMs);
    timer = setTimeout(() => (leftMs > nextMs ? arm(leftMs - nextMs) : expire()), nextMs);
  };
  const close = (): void => {
    clearTimeout(timer);
    linked.signal.removeEventListener("abort", close);
    linked.close();
  };
  if (timeoutMs <= 0) expire();
  if (!linked.signal.aborted && timeoutMs !== Infinity) {
    linked.signal.addEventListener("abort", close, { once: true });
    arm(timeoutMs);
  }
  return { signal: linked.signal, close, [Symbol.dispose]: close };
}

/**
 * Waits for a promise, but no longer than until the signal aborts; then throws what the abort said. The work behind
 * the promise goes on unless it heeds the signal itself; its late outcome is dropped.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(abortError(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** What an aborted signal says as a HeddleError; CANCELLED when whoever aborted it gave no HeddleError. */
export function abortError(signal: AbortSignal): HeddleError {
  const reason: unknown = signal.reason;
  if (reason instanceof HeddleError) return reason;
  const said = reason instanceof Error ? reason.message : String(reason);
  return new HeddleError("CANCELLED", said, { cause: reason });
}

/** A signal that hangs on others until it is closed; closing does not abort it and may be done twice. */
export interface LinkedSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Removes the listeners and the timer. */
  close(): void;
}

/** The longest wait a timer takes; a longer one would fire at once. */
const timerMaxMs = 2 ** 31 - 1;
