import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { buildKernel } from "../../src/compiler/compile.ts";
import {
  errorMax,
  longProblem,
  problems,
  relativeError,
  type Problem,
  type Solution,
} from "../../src/demo/problems.ts";
import { checkTrajectory, sweepInput, sweepStepsMin, type Trajectory } from "../../src/demo/sweep.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import type { Manifest } from "../../src/kernel/manifest.ts";
import { decodeMessage } from "../../src/wire/message-decode.ts";
import { encodeMessage } from "../../src/wire/message-encode.ts";
import type { KernelSchema } from "../../src/wire/schema.ts";
import { testSeed } from "../support/seed.ts";

/** The kernel in this process, called through its own descriptor. */
interface OdeKernel {
  readonly manifest: Manifest;
  readonly schema: KernelSchema;
  readonly pure: boolean;
  readonly functions: readonly string[];
  readonly instance: KernelInstance;
}

let kernel: OdeKernel;

beforeAll(async () => {
  const file = new URL("../../kernels/ode.ts", import.meta.url).pathname;
  const { wasm, schema } = await buildKernel({ file });
  const { digest, manifest, pure } = admitModule(wasm);
  const { module, plan, functions } = await loadKernel(wasm, digest);
  const instance = createInstance({ module, plan, functions, sinks: { log: () => {} } });
  kernel = { manifest, schema, pure, functions, instance };
}, 60_000);

/** Calls a function; gives its value, or undefined when it failed: see `kernel.instance.failure`. */
function call(name: string, request: object): unknown {
  const { instance, functions, schema } = kernel;
  const position = functions.indexOf(name);
  const types = schema.functions[position];
  if (types === undefined) throw new Error(`the kernel has no function ${name}`);
  const payload = encodeMessage(types.request, request);
  if (!instance.call(position, payload, 0, payload.length)) return undefined;
  const { resultAt, resultSize } = instance;
  return decodeMessage(types.response, instance.bytes.subarray(resultAt, resultAt + resultSize))["value"];
}

function solve(name: string, request: object): Solution {
  return call(name, request) as Solution; // the reply of every function but the sweep, by the kernel's descriptor
}

function solveProblem({ function: name, request }: Problem, changes: object = {}): Solution {
  return solve(name.replace("ode/", ""), { ...request, ...changes });
}

function sweep(request: object): Trajectory {
  return call("lotkaVolterra", request) as Trajectory; // by the kernel's descriptor
}

function problemOf(name: string): Problem {
  const found = problems.find((problem) => problem.function === `ode/${name}`);
  if (found === undefined) throw new Error(`no problem calls ${name}`);
  return found;
}

describe("ode", () => {
  it("is pure, has a time limit for its long problem, and a comment on every function", () => {
    expect(kernel.pure).toBe(true);
    expect(kernel.manifest.timeLimitMs).toBe(60_000);
    for (const { comment } of kernel.schema.functions) expect(comment.length).toBeGreaterThan(40);
    expect(kernel.functions.map((name) => `ode/${name}`)).toEqual(
      expect.arrayContaining(problems.map((problem) => problem.function)),
    );
  });

  it.each(problems.filter((problem) => problem !== longProblem).map((problem) => [problem.title, problem]))(
    "solves the problem to the tolerance, with digits to spare: %s",
    (_, problem) => {
      const solution = solveProblem(problem);
      expect(relativeError(problem, solution.y)).toBeLessThan(errorMax / 100);
      expect(solution.drift).toBeLessThan(1e-12);
      expect(solution.steps).toBeGreaterThan(200);
    },
  );

  it("stays on the limit cycle: the error grows with the periods, and slowly enough for all of them", () => {
    const whole = longProblem.request["periods"] ?? NaN;
    for (const periods of [10, 2000]) {
      const solution = solveProblem(longProblem, { periods });
      const error = relativeError(longProblem, solution.y);
      expect((error * whole) / periods).toBeLessThan(errorMax / 10);
      expect(solution.steps / periods).toBeCloseTo(181, 0);
      expect(solution.t).toBeCloseTo(periods * 6.66328685932313, 8);
    }
  });

  it("counts twelve evaluations a step, eleven for one that was rejected, and one to begin with", () => {
    for (const problem of problems) {
      const changes = problem === longProblem ? { periods: 3 } : {};
      const { steps, rejected, evaluations } = solveProblem(problem, changes);
      expect(evaluations).toBe(12 * steps + 11 * rejected + 2);
    }
  });

  it("gives the same bits in every call", () => {
    const problem = problemOf("arenstorf");
    expect(solveProblem(problem)).toEqual(solveProblem(problem));
  });

  it.each(["rigidBody", "twoBody", "lorenz", "arenstorf", "pleiades"])(
    "gets nearer to the solution as the tolerance shrinks: %s",
    (name) => {
      const problem = problemOf(name);
      const errors = [1e-5, 1e-7, 1e-9, 1e-11].map((tolerance) =>
        relativeError(problem, solveProblem(problem, { tolerance }).y),
      );
      for (const [i, error] of errors.slice(1).entries()) expect(error).toBeLessThan((errors[i] ?? 0) / 5);
    },
  );

  it("is of order 8: with twice the steps the error is some 256 times smaller", () => {
    const problem = problemOf("rigidBody");
    const measure = (tolerance: number) => {
      const { y, steps } = solveProblem(problem, { tolerance });
      return { steps: Math.log(steps), error: Math.log(relativeError(problem, y)) };
    };
    const coarse = measure(1e-8);
    const fine = measure(1e-12);
    const order = (coarse.error - fine.error) / (fine.steps - coarse.steps);
    expect(order).toBeGreaterThan(7.5);
    expect(order).toBeLessThan(9);
  });

  it.each([
    ["arenstorf", { tolerance: 0 }, "tolerance must be from 1e-16 to 0.01, not 0.0"],
    ["pleiades", { tolerance: NaN }, "not NaN"],
    ["lorenz", { tolerance: 0.5 }, "not 0.5"],
    [
      "twoBody",
      { eccentricity: 1, duration: 1, tolerance: 1e-9 },
      "eccentricity must be from 0 to 0.999, not 1",
    ],
    ["twoBody", { eccentricity: -0.1, duration: 1, tolerance: 1e-9 }, "not -0.1"],
    ["twoBody", { duration: Infinity, tolerance: 1e-9 }, "duration must be above 0 and finite, not Infinity"],
    ["rigidBody", { duration: 0, tolerance: 1e-9 }, "duration must be above 0 and finite, not 0"],
    ["vanDerPol", { periods: 0, tolerance: 1e-9 }, "periods must be at least 1, not 0"],
    ["lotkaVolterra", { ...sweepInput(0), prey: -1 }, "prey must be above 0 and finite, not -1"],
    ["lotkaVolterra", { ...sweepInput(0), decline: NaN }, "decline must be above 0 and finite, not NaN"],
  ])("refuses %s(%j)", (name, request, sentence) => {
    expect(call(name, request)).toBeUndefined();
    expect(kernel.instance.failure?.code).toBe(Code.INVALID_ARGUMENT);
    expect(kernel.instance.failure?.message).toContain(sentence);
  });

  it("says where a solution cannot be followed any further", () => {
    expect(call("lotkaVolterra", { ...sweepInput(0), growth: 1e300 })).toBeUndefined();
    expect(kernel.instance.failure?.code).toBe(Code.OUT_OF_RANGE);
    expect(kernel.instance.failure?.message).toContain("cannot be followed beyond t = 0");
  });
});

describe("lotkaVolterra", () => {
  it("gives trajectories that keep the constant of motion of their index", () => {
    fc.assert(
      fc.property(fc.nat({ max: 99_999 }), (index) => {
        expect(checkTrajectory(index, sweep(sweepInput(index)))).toBeNull();
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("takes at least 200 steps, however short the interval", () => {
    for (const duration of [1e-6, 0.01, 1, 10]) {
      expect(sweep({ ...sweepInput(1), duration }).steps).toBeGreaterThanOrEqual(sweepStepsMin);
    }
  });

  it("follows the equations: its slope at the start is theirs", () => {
    const input = sweepInput(2);
    const duration = 1e-7;
    const { prey, predators } = sweep({ ...input, duration });
    const preySlope = (input.growth - input.predation * input.predators) * input.prey;
    const predatorSlope = (input.conversion * input.prey - input.decline) * input.predators;
    expect((prey - input.prey) / duration).toBeCloseTo(preySlope, 5);
    expect((predators - input.predators) / duration).toBeCloseTo(predatorSlope, 5);
  });

  it("has settled at the tolerance of the sweep: a smaller one gives the same end", () => {
    const loose = sweep(sweepInput(3));
    const tight = sweep({ ...sweepInput(3), tolerance: 1e-15 });
    expect(Math.abs(loose.prey / tight.prey - 1)).toBeLessThan(1e-9);
    expect(Math.abs(loose.predators / tight.predators - 1)).toBeLessThan(1e-9);
  });
});
