import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { creditOf } from "../../src/executor/credits.ts";

describe("creditOf", () => {
  it("grows with the workers within the bounds of the node", () => {
    const [one, four, many] = [1, 4, 10_000].map((workers) => creditOf(workers, false, false));
    expect(one).toMatchObject({
      queueMs: limits.nodeQueueMs,
      attempts: limits.attemptsPerWorker,
      draining: false,
      held: false,
    });
    expect(four?.queueMs).toBe(4 * limits.nodeQueueMs);
    expect(many?.attempts).toBe(limits.nodeBatchesMax);
    expect(many?.queueBytes).toBeLessThanOrEqual(limits.nodeQueueMaxBytes);
  });

  it("is nothing while the node drains", () => {
    expect(creditOf(4, true, false)).toEqual({
      queueMs: 0,
      queueBytes: 0,
      attempts: 0,
      draining: true,
      held: false,
    });
  });
});
