/**
 * Initial value problems from the literature, solved by DOP853 with steps of its own choosing, and a sweep over
 * predator and prey. Whoever calls compares the replies with published or exact solutions: what each function returns
 * when all is well stands in its comment.
 */

/* heddle { "timeLimitMs": 60000 } */
import { Code, fail } from "heddle";
import { Arenstorf, Pleiades, TwoBody } from "./ode/celestial";
import { Dopri853 } from "./ode/dopri853";
import { Lorenz, LotkaVolterra, RigidBody, VanDerPol } from "./ode/oscillators";
import { System } from "./ode/system";

/** Where an integration ended, and what it took. */
export class Solution {
  /** The end of the interval, in the problem's own unit of time. */
  t: f64 = 0;
  /** The solution there, in the order the function states. */
  y: StaticArray<f64> = [];
  /** Steps taken. */
  steps: u32 = 0;
  /** Steps tried and found too long. */
  rejected: u32 = 0;
  /** Evaluations of the right-hand side. */
  evaluations: u32 = 0;
  /** By how much the invariant of the system has changed, relative to its start; 0 where there is none. */
  drift: f64 = 0;
}

/** Where one trajectory of the sweep ended. */
export class Trajectory {
  /** Prey at the end. */
  prey: f64 = 0;
  /** Predators at the end. */
  predators: f64 = 0;
  /** Volterra's constant of motion at the start. */
  invariantStart: f64 = 0;
  /** The same at the end; the two differ by the error of the integration alone. */
  invariantEnd: f64 = 0;
  /** Steps taken. */
  steps: u32 = 0;
}

/** Steps that a trajectory of the sweep takes at least. */
const SWEEP_STEPS_MIN: f64 = 200;

/**
 * One period of the Arenstorf orbit: a satellite on a closed path around earth and moon, with mu = 0.012277471.
 * Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, chapter II,
 * equations (0.1) and (0.2).
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns x, y, x', y' after the period T = 17.0652…: the initial values 0.994, 0, 0, -2.0015… again
 */
export function arenstorf(tolerance: f64): Solution {
  const start: StaticArray<f64> = [0.994, 0, 0, -2.00158510637908252240537862224];
  const integrator = new Dopri853<Arenstorf>(new Arenstorf(), start, checked(tolerance));
  return solve(integrator, 17.0652165601579625588917206249, -1.3953334037007032e-15, 1);
}

/**
 * The Pleiades problem: seven stars of masses 1 to 7 in a plane, for 3 units of time with several close encounters.
 * Source: F. Mazzia, C. Magherini, Test Set for Initial Value Problem Solvers, release 2.4, Pleiades problem.
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns x of the seven stars, then y, x', y' at t = 3
 */
export function pleiades(tolerance: f64): Solution {
  const start: StaticArray<f64> = [
    3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0,
  ];
  const integrator = new Dopri853<Pleiades>(new Pleiades(), start, checked(tolerance));
  return solve(integrator, 3, 0, 1);
}

/**
 * One body around another, in units in which the period is 2 pi; it starts where the two are nearest.
 * Source: T. E. Hull, W. H. Enright, B. M. Fellen, A. E. Sedgwick, Comparing numerical methods for ordinary
 * differential equations, SIAM J. Numer. Anal. 9 (1972), problems D1 to D5.
 * @param eccentricity of the ellipse, 0 to 0.999
 * @param duration length of the interval
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns x, y, x', y' at the end, as Kepler's equation gives them exactly
 */
export function twoBody(eccentricity: f64, duration: f64, tolerance: f64): Solution {
  if (!(eccentricity >= 0 && eccentricity <= 0.999)) {
    fail(Code.INVALID_ARGUMENT, "eccentricity must be from 0 to 0.999, not " + eccentricity.toString());
  }
  const start: StaticArray<f64> = [1 - eccentricity, 0, 0, sqrt((1 + eccentricity) / (1 - eccentricity))];
  const integrator = new Dopri853<TwoBody>(new TwoBody(), start, checked(tolerance));
  return solve(integrator, positive("duration", duration), 0, 1);
}

/**
 * Euler's equations of a rigid body that turns freely, from 0, 1, 1.
 * Source: T. E. Hull, W. H. Enright, B. M. Fellen, A. E. Sedgwick, Comparing numerical methods for ordinary
 * differential equations, SIAM J. Numer. Anal. 9 (1972), problem B5.
 * @param duration length of the interval
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns sn, cn, dn at the end: Jacobi's elliptic functions with parameter m = 0.51, the exact solution
 */
export function rigidBody(duration: f64, tolerance: f64): Solution {
  const start: StaticArray<f64> = [0, 1, 1];
  const integrator = new Dopri853<RigidBody>(new RigidBody(), start, checked(tolerance));
  return solve(integrator, positive("duration", duration), 0, 1);
}

/**
 * One turn of the shortest periodic orbit of the Lorenz equations (sigma = 10, r = 28, b = 8/3), once around either
 * wing of the attractor; the orbit is unstable.
 * Source: D. Viswanath, Symbolic dynamics and periodic orbits of the Lorenz attractor, Nonlinearity 16 (2003), orbit
 * AB; further digits from A. Abad, R. Barrio, F. Blesa, M. Rodriguez, Algorithm 924: TIDES, ACM TOMS 39 (2012).
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns x, y, z after the period T = 1.5586…: the initial values -13.7636…, -19.5787…, 27 again
 */
export function lorenz(tolerance: f64): Solution {
  const start: StaticArray<f64> = [-13.763610682134200525014401054, -19.578751942451795538838041446, 27];
  const integrator = new Dopri853<Lorenz>(new Lorenz(), start, checked(tolerance));
  return solve(integrator, 1.558652210716174727567870209, 7.0033531588022878e-17, 1);
}

/**
 * Turns of the van der Pol oscillator (epsilon = 1) around its limit cycle; some 30 microseconds each.
 * Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, section I.16,
 * exercise 1.
 * @param periods number of turns, at least 1
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns y, y' after so many periods T = 6.6632…: the initial values 2.0086…, 0 again
 */
export function vanDerPol(periods: u32, tolerance: f64): Solution {
  if (periods == 0) fail(Code.INVALID_ARGUMENT, "periods must be at least 1, not 0");
  const start: StaticArray<f64> = [2.00861986087484313650940188, 0];
  const integrator = new Dopri853<VanDerPol>(new VanDerPol(), start, checked(tolerance));
  return solve(integrator, 6.6632868593231301896996820305, -6.1498426423036406e-17, periods);
}

/**
 * Predator and prey of Lotka and Volterra: prey' = (growth - predation predators) prey,
 * predators' = (conversion prey - decline) predators. At least 200 steps are taken.
 * @param prey number at the start
 * @param predators number at the start
 * @param growth rate at which prey grows alone
 * @param predation rate at which one predator takes prey
 * @param decline rate at which predators decline alone
 * @param conversion rate at which one prey makes predators
 * @param duration length of the interval
 * @param tolerance error allowed in one step, relative and absolute, 1e-16 to 0.01
 * @returns both numbers at the end, and Volterra's constant of motion at both ends
 */
export function lotkaVolterra(
  prey: f64,
  predators: f64,
  growth: f64,
  predation: f64,
  decline: f64,
  conversion: f64,
  duration: f64,
  tolerance: f64,
): Trajectory {
  const start: StaticArray<f64> = [positive("prey", prey), positive("predators", predators)];
  const system = new LotkaVolterra(
    positive("growth", growth),
    positive("predation", predation),
    positive("decline", decline),
    positive("conversion", conversion),
  );
  const trajectory = new Trajectory();
  trajectory.invariantStart = system.invariant(start);
  const integrator = new Dopri853<LotkaVolterra>(system, start, checked(tolerance));
  integrator.stepMax = positive("duration", duration) / SWEEP_STEPS_MIN;
  if (!integrator.advance(duration)) stuck(integrator.t);
  trajectory.prey = integrator.y[0];
  trajectory.predators = integrator.y[1];
  trajectory.invariantEnd = system.invariant(integrator.y);
  trajectory.steps = integrator.accepted;
  return trajectory;
}

/** Integrates over so many periods and gathers the reply. */
function solve<S extends System>(
  integrator: Dopri853<S>,
  period: f64,
  periodLow: f64,
  periods: u32,
): Solution {
  const invariant = integrator.system.invariant(integrator.y);
  for (let i: u32 = 0; i < periods; i++) {
    if (!integrator.advance(period, periodLow)) stuck(integrator.t);
  }
  const solution = new Solution();
  solution.t = integrator.t;
  solution.y = integrator.y;
  solution.steps = integrator.accepted;
  solution.rejected = integrator.rejected;
  solution.evaluations = integrator.evaluations;
  if (invariant != 0) solution.drift = abs(integrator.system.invariant(integrator.y) / invariant - 1);
  return solution;
}

function checked(tolerance: f64): f64 {
  if (!(tolerance >= 1e-16 && tolerance <= 0.01)) {
    fail(Code.INVALID_ARGUMENT, "tolerance must be from 1e-16 to 0.01, not " + tolerance.toString());
  }
  return tolerance;
}

function positive(name: string, value: f64): f64 {
  if (!(value > 0 && value < Infinity)) {
    fail(Code.INVALID_ARGUMENT, name + " must be above 0 and finite, not " + value.toString());
  }
  return value;
}

function stuck(t: f64): void {
  fail(Code.OUT_OF_RANGE, "the solution cannot be followed beyond t = " + t.toString());
}
