import { describe, expect, it, vi } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import type { Reason } from "../../src/base/reason.ts";
import { WhileAway } from "../../src/sdk/while-away.ts";

const lost = new HeddleError("CONNECTION_LOST", "dropped");
const unsent = new HeddleError("CONNECTION_LOST", "nobody there", {
  cause: Object.assign(new Error("14"), {
    code: 14,
    details: "No connection established. Last error: refused",
  }),
});
const stopping = new HeddleError("GATEWAY_STOPPING", "bye");

/** A call that fails with these errors and then succeeds. */
function failing(...errors: readonly HeddleError[]) {
  const left = [...errors];
  return vi.fn((_options: { readonly deadlineMs?: number }) => {
    const error = left.shift();
    return error === undefined ? Promise.resolve("done") : Promise.reject(error);
  });
}

const patience = 60_000;

describe("WhileAway", () => {
  it("makes a call that only reads again until the gateway is back", async () => {
    const call = failing(lost, unsent, stopping);
    expect(await new WhileAway(patience).call("reads", {}, call)).toBe("done");
    expect(call).toHaveBeenCalledTimes(4);
  });

  it("makes a call that changes something again only when it cannot have begun", async () => {
    expect(await new WhileAway(patience).call("changes", {}, failing(unsent, stopping))).toBe("done");
    const call = failing(lost);
    await expect(new WhileAway(patience).call("changes", {}, call)).rejects.toBe(lost);
    expect(call).toHaveBeenCalledOnce();
  });

  it.each<Reason>(["KERNEL_NOT_FOUND", "DEADLINE", "CANCELLED", "UNREACHABLE"])(
    "does not make a call again that failed with %s",
    async (reason) => {
      const error = new HeddleError(reason, "");
      await expect(new WhileAway(patience).call("reads", {}, failing(error))).rejects.toBe(error);
    },
  );

  it("rejects with the last error when the patience or the deadline is over before the next try", async () => {
    await expect(new WhileAway(1).call("reads", {}, failing(lost))).rejects.toBe(lost);
    await expect(new WhileAway(patience).call("reads", { deadlineMs: 1 }, failing(lost))).rejects.toBe(lost);
  });

  it("gives each try what is left of the deadline", async () => {
    const call = failing(lost);
    await new WhileAway(patience).call("reads", { deadlineMs: 100_000 }, call);
    const [first = 0, second = 0] = call.mock.calls.map(([{ deadlineMs = Infinity }]) => deadlineMs);
    expect(first).toBeLessThanOrEqual(100_000);
    expect(second).toBeLessThan(first);
  });

  it("ends with its signal, and when the fabric is closed", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const cancelled = new HeddleError("CANCELLED", "by its signal");
    const call = vi.fn(() => {
      if (signal.aborted) return Promise.reject(cancelled);
      controller.abort();
      return Promise.reject(lost);
    });
    await expect(new WhileAway(patience).call("reads", { signal }, call)).rejects.toBe(cancelled);
    const away = new WhileAway(patience);
    const closing = vi.fn(() => {
      away.close();
      return Promise.reject(lost);
    });
    await expect(away.call("reads", {}, closing)).rejects.toBe(lost);
    expect(closing).toHaveBeenCalledOnce();
  });
});
