import { describe, expect, it } from "vitest";
import { testSeed } from "../support/seed.ts";
import { simulate, type SimulationReport } from "./simulator.ts";

const isReplay = process.env["HEDDLE_SEED"] !== undefined;
const worlds = isReplay ? 1 : 500;

describe("simulate", () => {
  it(`finds no violation in ${worlds} worlds from seed ${testSeed} on`, () => {
    const reasons = new Set<string>();
    const causes = new Set<string>();
    let accepted = 0;
    let ejected = 0;
    for (let seed = testSeed; seed < testSeed + worlds; seed++) {
      const report = replayable(seed);
      accepted += report.accepted;
      ejected += report.ejected;
      for (const [reason] of report.reasons) reasons.add(reason);
      for (const cause of report.causes) causes.add(cause);
    }
    if (isReplay) return;
    // The worlds are bad enough to show something: items end in every way.
    expect(accepted).toBeGreaterThan(worlds * 50);
    expect(ejected).toBeGreaterThan(0);
    expect([...reasons]).toEqual(expect.arrayContaining(everyEnd));
    expect([...causes].toSorted()).toEqual(["first", "hedge", "retry", "straggler"]);
  });

  it("does the same again from the same seed", () => {
    for (let seed = testSeed; seed < testSeed + 5; seed++) expect(simulate(seed)).toEqual(simulate(seed));
  });
});

const everyEnd = [
  "CANCELLED",
  "DEADLINE",
  "FUNCTION_STOPPED",
  "KERNEL_FAILED",
  "MODULE_UNAVAILABLE",
  "NODE_LOST",
  "OVERLOADED",
  "NO_NODES",
  "QUEUE_FULL",
  "TIME_LIMIT",
  "WORKER_LOST",
];

/** Says how to run a failing world again. */
function replayable(seed: number): SimulationReport {
  try {
    return simulate(seed);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`HEDDLE_SEED=${seed} npx vitest run test/simulation\n${said}`, { cause: error });
  }
}
