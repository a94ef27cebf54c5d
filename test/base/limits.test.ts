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
});
