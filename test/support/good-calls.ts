/** Calls that must not notice what goes on beside them. */
import { expect, onTestFinished } from "vitest";
import type { Fabric } from "../../src/index.ts";

/**
 * Calls `work/add` again and again, `callers` at a time, until the test is over; then every one of the calls must have
 * given its sum. Resolves when the first of them have.
 */
export async function keepCalling(fabric: Fabric, callers = 2): Promise<void> {
  const over = new AbortController();
  const served = Promise.withResolvers<void>();
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const b = ++calls;
      expect(await fabric.invoke("work/add", { a: 0.5, b }, { deadlineMs: 30_000 })).toBe(b + 0.5);
      served.resolve();
    }
  };
  const load = Promise.all(Array.from({ length: callers }, caller));
  load.catch(served.reject);
  onTestFinished(async () => {
    over.abort();
    await load;
  });
  await served.promise;
}

/** The error of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<{ codeAndReason: string; said: string }> {
  const error: unknown = await call.then(
    (value) => new Error(`the call gave ${String(value).slice(0, 100)}`),
    (cause: unknown) => cause,
  );
  const message = error instanceof Error ? error.message : String(error);
  const [, codeAndReason = "", said = message] = /^\[([A-Z_ ]+)\] ([\s\S]*)$/.exec(message) ?? [];
  return { codeAndReason, said };
}
