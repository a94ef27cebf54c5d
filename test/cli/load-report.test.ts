import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { loadReport, printLoad } from "../../src/cli/load-report.ts";
import { LoadTally } from "../../src/cli/load-tally.ts";

const kind = { function: "linalg/matmul", mode: "calls", concurrency: 64 } as const;

function setup(times: readonly number[], failures: readonly string[] = []): LoadTally {
  const tally = new LoadTally();
  for (const ms of times) tally.succeed(ms);
  for (const message of failures) tally.fail(new HeddleError("KERNEL_TRAP", message));
  return tally;
}

describe("loadReport", () => {
  it("has these keys", () => {
    const tally = setup([1, 1.5, 4], ["it trapped", "again"]);
    expect(loadReport(kind, tally, { elapsedMs: 1500, interrupted: false })).toEqual({
      ...kind,
      elapsedMs: 1500,
      succeeded: 3,
      failed: 2,
      callsPerSecond: 2,
      latencyMs: expect.objectContaining({ min: expect.any(Number), "p99.9": expect.any(Number) }),
      histogram: [
        { upToMs: 1, count: 1 },
        { upToMs: 2, count: 1 },
        { upToMs: 5, count: 1 },
      ],
      errors: [{ code: "UNKNOWN", reason: "KERNEL_TRAP", count: 2, message: "it trapped" }],
      interrupted: false,
    });
  });

  it("has no times when nothing succeeded", () => {
    expect(loadReport(kind, setup([]), { elapsedMs: 0, interrupted: true })).toMatchObject({
      latencyMs: null,
      histogram: [],
      callsPerSecond: 0,
      interrupted: true,
    });
  });
});

describe("printLoad", () => {
  const print = (tally: LoadTally, more: object = {}): string =>
    printLoad(loadReport({ ...kind, ...more }, tally, { elapsedMs: 2000, interrupted: false }));

  it("draws the steps as long as their share of the longest", () => {
    const times = [...Array.from({ length: 100 }, () => 1), ...Array.from({ length: 50 }, () => 2), 5];
    expect(print(setup(times)).split("\n").slice(-3)).toEqual([
      `  up to 1 ms  100  ${"#".repeat(50)}`,
      `  up to 2 ms   50  ${"#".repeat(25)}`,
      "  up to 5 ms    1  #",
    ]);
  });

  it("says rate, failures by reason, and what the times count from", () => {
    const text = print(setup([1, 2], ["it \u001b[31mtrapped"]));
    for (const said of [
      "linalg/matmul: 64 in flight, 2.0 s",
      "2 calls succeeded, 1/s; 1 failed",
      "ms from call to answer:",
      "1  UNKNOWN  KERNEL_TRAP  it \\u{1b}[31mtrapped",
    ])
      expect(text).toContain(said);
  });

  it("warns when the rate asked for was not reached", () => {
    const tally = setup([1, 2]);
    tally.notStarted = 1200;
    const text = print(tally, { mode: "rate", ratePerSecond: 600 });
    expect(text).toContain("600 calls/s asked for, at most 64 in flight");
    expect(text).toContain("from when a call was due to its answer");
    expect(text).toContain("1,200 calls were due and did not start");
  });

  it("has no histogram when nothing succeeded", () => {
    expect(print(setup([], ["trap"]))).not.toContain("up to");
  });
});
