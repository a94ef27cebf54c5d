import { describe, expect, it } from "vitest";
import { progressLine } from "../../src/cli/progress.ts";

describe("progressLine", () => {
  it.each([
    [{ done: 120_000, failed: 0, total: 200_000 }, 4_000, "120,000 of 200,000 done, 30,000/s"],
    [{ done: 120_000, failed: 3, total: undefined }, 4_000, "120,000 done, 30,000/s, 3 failed"],
    [{ done: 0, failed: 0, total: undefined }, 0, "0 done"],
  ])("says of %j after %i ms: %s", (progress, elapsedMs, line) => {
    expect(progressLine(progress, elapsedMs)).toBe(line);
  });
});
