/**
 * The parameter sweep of the demonstration: predator and prey with parameters of their own for every index.
 *
 * The parameters are six coordinates of an additive recurrence, frac(1/2 + (i + 1) / g^k) for k = 1 … 6, where g is the
 * real root of g^7 = g + 1: points that fill the cube evenly and never repeat (M. Roberts' generalisation of the golden
 * ratio sequence). A reply is checked against Volterra's constant of motion, computed here from the parameters of its
 * index: the reply to another index, or one that went wrong, has another value.
 */

/** The parameters that belong to an index. */
export function sweepInput(index: number): SweepInput {
  const growth = 0.8 + 0.8 * coordinate(index, 3);
  const predation = 0.6 + 0.6 * coordinate(index, 4);
  const decline = 0.8 + 0.8 * coordinate(index, 5);
  const conversion = 0.4 + 0.4 * coordinate(index, 6);
  // Away from the equilibrium, where nothing would happen.
  const prey = ((1.6 + 0.8 * coordinate(index, 1)) * decline) / conversion;
  const predators = ((0.8 + 0.4 * coordinate(index, 2)) * growth) / predation;
  return { prey, predators, growth, predation, decline, conversion, duration: 40, tolerance: 1e-12 };
}

/** The inputs of the indices 0 to `count` - 1, in order. */
export function* sweepInputs(count: number): Generator<SweepInput, void, undefined> {
  for (let index = 0; index < count; index++) yield sweepInput(index);
}

/** Checks a reply by its index. Returns null, or a sentence that says what is wrong with it. */
export function checkTrajectory(index: number, reply: Trajectory): string | null {
  if (!(reply.steps >= sweepStepsMin)) {
    return `trajectory ${index} took ${reply.steps} steps, not at least ${sweepStepsMin}`;
  }
  const input = sweepInput(index);
  if (!(reply.prey > 0 && reply.predators > 0)) {
    return `trajectory ${index} ends with ${reply.prey} prey and ${reply.predators} predators; both must be positive`;
  }
  const [start, size] = invariant(input, input.prey, input.predators);
  const [end] = invariant(input, reply.prey, reply.predators);
  const said: readonly (readonly [string, number])[] = [
    ["of its final state is", end],
    ["at the start is said to be", reply.invariantStart],
    ["at the end is said to be", reply.invariantEnd],
  ];
  for (const [what, value] of said) {
    if (!(Math.abs(value - start) <= sweepDriftMax * size)) {
      return `trajectory ${index}: the constant of motion ${what} ${value}, but its parameters give ${start}`;
    }
  }
  return null;
}

/** The function that computes one trajectory. */
export const sweepFunction = "ode/lotkaVolterra";

/** Steps every trajectory has at least. */
export const sweepStepsMin = 200;

/** Largest change of the constant of motion, relative to the sizes of its four terms. */
const sweepDriftMax = 1e-9;

/** Parameters of one trajectory: the request of `ode/lotkaVolterra`. */
export interface SweepInput {
  readonly prey: number;
  readonly predators: number;
  readonly growth: number;
  readonly predation: number;
  readonly decline: number;
  readonly conversion: number;
  readonly duration: number;
  readonly tolerance: number;
}

/** The reply of `ode/lotkaVolterra`. */
export interface Trajectory {
  readonly prey: number;
  readonly predators: number;
  readonly invariantStart: number;
  readonly invariantEnd: number;
  readonly steps: number;
}

/** Volterra's constant of motion, and the sum of the sizes of its terms. */
function invariant(input: SweepInput, prey: number, predators: number): readonly [number, number] {
  const a = input.conversion * prey;
  const b = input.decline * Math.log(prey);
  const c = input.predation * predators;
  const d = input.growth * Math.log(predators);
  return [a - b + c - d, a + Math.abs(b) + c + Math.abs(d)];
}

/** 1/g, 1/g², … 1/g⁶ for the root g of g^7 = g + 1. */
const ratio = 1.1127756842787055;
const strides = [1, 2, 3, 4, 5, 6].map((power) => ratio ** -power);

/** The k-th coordinate of an index, in [0, 1). */
function coordinate(index: number, k: number): number {
  const value = 0.5 + (index + 1) * (strides[k - 1] ?? 0);
  return value - Math.floor(value);
}
