import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";

describe("limits", () => {
  it("are positive numbers", () => {
    const wrong = Object.entries(limits).filter(([, value]) => !(value > 0) || !Number.isFinite(value));
    expect(wrong).toEqual([]);
  });

  it("leave room in a frame for its columns, and in a message of the library for a frame", () => {
    expect(limits.framePayloadMaxBytes + 12 * limits.frameItemsMax).toBeLessThan(limits.frameMaxBytes);
    expect(limits.frameMaxBytes * 2).toBeLessThan(limits.unaryMessageMaxBytes);
    expect(limits.payloadMaxBytes).toBeLessThan(limits.nodeQueueMaxBytes);
  });

  it("are small enough for a timer where they are waits", () => {
    const waits = Object.entries(limits).filter(([name]) => name.endsWith("Ms"));
    expect(waits.length).toBeGreaterThan(20);
    expect(waits.filter(([, value]) => value > 2 ** 31 - 1)).toEqual([]);
  });

  it.each<[boolean, string]>([
    [
      limits.framePayloadMaxBytes + 12 * limits.frameItemsMax < limits.frameMaxBytes,
      "a full frame fits its columns",
    ],
    [
      8 * limits.mapFrameItemsMax + 8192 < limits.frameMaxBytes,
      "the columns of a full frame of a map fit a message without its payloads",
    ],
    [limits.mapFramePayloadMaxBytes * 8 <= limits.mapWindowBytes, "a map has several frames under way"],
    [
      limits.mapFrameItemsMax * 8 <= limits.mapConcurrency,
      "a map of tiny items has several frames under way",
    ],
    [limits.heartbeatMs * 2 < limits.leaseMs, "one lost heartbeat does not end a lease"],
    [limits.batchTargetMs * 2 <= limits.nodeQueueMs, "a worker can hold the next batch while it runs one"],
    [limits.timeLimitMs <= limits.timeLimitCapMs, "the default time limit is allowed"],
    [limits.memoryDefaultMaxBytes <= limits.memoryCapBytes, "the default memory maximum is allowed"],
    [
      limits.storeValueMaxBytes + limits.storeCallBytes <= limits.storeBatchMaxBytes,
      "the largest value fits a batch of the store",
    ],
    [limits.storeBatchMaxBytes <= limits.storeQueueMaxBytes, "a batch of the store fits its queue"],
    [limits.clientQueueMaxBytes * 2 <= limits.queueMaxBytes, "one client cannot fill the queue"],
    [limits.clientQueueItemsMax * 2 <= limits.queueItemsMax, "nor with its items"],
    [
      limits.sessionWindowBytes * 2 <= limits.clientQueueMaxBytes,
      "a client that heeds its window is not refused",
    ],
    [limits.sessionWindowItems * 2 <= limits.clientQueueItemsMax, "nor for its items"],
    [limits.nodeQueueMaxBytes < limits.arrivingMaxBytes, "one connection cannot hold up all others"],
  ])("hold together: %s, %s", (holds) => {
    expect(holds).toBe(true);
  });
});
