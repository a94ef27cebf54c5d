import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkTrajectory,
  sweepInput,
  sweepInputs,
  sweepStepsMin,
  type SweepInput,
  type Trajectory,
} from "../../src/demo/sweep.ts";
import { testSeed } from "../support/seed.ts";

const count = 100_000;

const index = fc.nat({ max: count - 1 });

function volterra(p: SweepInput, prey: number, predators: number): number {
  return (
    p.conversion * prey +
    p.predation * predators -
    p.decline * Math.log(prey) -
    p.growth * Math.log(predators)
  );
}

/** A correct reply without an integration: a trajectory comes by its start again. */
function replyTo(i: number): Trajectory {
  const { prey, predators, ...rest } = sweepInput(i);
  const constant = volterra({ prey, predators, ...rest }, prey, predators);
  return { prey, predators, invariantStart: constant, invariantEnd: constant, steps: sweepStepsMin };
}

describe("sweepInput", () => {
  it("gives every index parameters of its own, within their ranges", () => {
    const seen = new Set<string>();
    for (const input of sweepInputs(count)) {
      seen.add(`${input.prey} ${input.predators} ${input.growth}`);
      expect(input.growth >= 0.8 && input.growth < 1.6 && input.decline >= 0.8 && input.decline < 1.6).toBe(
        true,
      );
      expect(input.prey >= 1.6 && input.prey < 9.6 && input.predators > 0.5 && input.predators < 3.2).toBe(
        true,
      );
    }
    expect(seen.size).toBe(count);
  });

  it("fills every tenth of a range evenly", () => {
    const tenths = new Uint32Array(10);
    for (let i = 0; i < count; i++) {
      const tenth = Math.floor((sweepInput(i).predation - 0.6) / 0.06);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const one of tenths) expect(Math.abs(one - count / 10)).toBeLessThan(20);
  });
});

describe("checkTrajectory", () => {
  it("accepts the reply that belongs to the index", () => {
    fc.assert(
      fc.property(index, (i) => {
        expect(checkTrajectory(i, replyTo(i))).toBeNull();
      }),
      { seed: testSeed },
    );
  });

  it("finds a reply that belongs to another index", () => {
    fc.assert(
      fc.property(index, index, (i, j) => {
        fc.pre(i !== j);
        expect(checkTrajectory(i, replyTo(j))).toContain(`trajectory ${i}: the constant of motion`);
      }),
      { seed: testSeed },
    );
  });

  it.each([
    ["prey", 1 + 1e-6],
    ["predators", 1 - 1e-4],
    ["invariantStart", 1 + 1e-7],
    ["invariantEnd", 1 - 1e-7],
    ["prey", NaN],
    ["predators", -1],
    ["invariantEnd", NaN],
    ["steps", 0.99],
  ] as const)("finds a reply whose %s is multiplied by %s", (key, factor) => {
    const reply = replyTo(7);
    expect(checkTrajectory(7, { ...reply, [key]: reply[key] * factor })).toMatch(/^trajectory 7/);
  });
});
