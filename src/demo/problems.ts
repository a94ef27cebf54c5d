/**
 * The six initial value problems of the demonstration: what to call, with which parameters, and the known solution
 * that the reply is compared with. Nothing is integrated here; every reference is published or exact.
 */

/* oxlint-disable no-loss-of-precision -- numbers are quoted with all the digits of their publication */

const hairer = "E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition";
const detest =
  "T. E. Hull, W. H. Enright, B. M. Fellen, A. E. Sedgwick, Comparing numerical methods for ordinary differential equations, SIAM J. Numer. Anal. 9 (1972) 603–637";

/** All six, the long one first, so that it starts first. */
export const problems: readonly [Problem, ...Problem[]] = [
  {
    title: "van der Pol oscillator, 140,000 periods",
    function: "ode/vanDerPol",
    request: { periods: 140_000, tolerance: 1e-14 },
    reference: [2.00861986087484313650940188, 0],
    source: `Periodic: ${hairer}, section I.16, exercise 1 (amplitude and period to 27 digits).`,
  },
  {
    title: "Arenstorf orbit",
    function: "ode/arenstorf",
    request: { tolerance: 1e-14 },
    reference: [0.994, 0, 0, -2.00158510637908252240537862224],
    source: `Periodic: ${hairer}, chapter II, equations (0.1) and (0.2), pages 129–130 (initial values and period to 30 digits).`,
  },
  {
    title: "Pleiades",
    function: "ode/pleiades",
    request: { tolerance: 1e-14 },
    reference: [
      0.3706139143970502, 3.237284092057233, -3.222559032418324, 0.659709145577531, 0.3425581707156584,
      1.562172101400631, -0.7003092922212495, -3.943437585517392, -3.27138097397255, 5.225081843456543,
      -2.59061243497747, 1.198213693392275, -0.2429682344935824, 1.09144924042898, 3.417003806314313,
      1.354584501625501, -2.590065597810775, 2.025053734714242, -1.155815100160448, -0.8072988170223021,
      0.595239635420871, -3.74124496123401, 0.377345968575063, 0.9386858869551073, 0.3667922227200571,
      -0.347404635380849, 2.344915448180937, -1.947020434263292,
    ],
    source:
      "F. Mazzia, C. Magherini, Test Set for Initial Value Problem Solvers, release 2.4 (2008), Pleiades problem, reference solution at the end of the integration interval (16 digits).",
  },
  {
    title: "Two bodies, eccentricity 0.9",
    function: "ode/twoBody",
    request: { eccentricity: 0.9, duration: 20, tolerance: 1e-14 },
    reference: [
      -1.29526625098757436771713933395, 0.400393896379232152729769616294, -0.677539092470756588747636642158,
      -0.127083815427868618766870326927,
    ],
    source: `Exact, by Kepler's equation E - 0.9 sin E = 20: problem D5 of ${detest}.`,
  },
  {
    title: "Euler's rigid body",
    function: "ode/rigidBody",
    request: { duration: 20, tolerance: 1e-14 },
    reference: [
      -0.939657079872920396188436231591, -0.342117775400074906534822116696, 0.741412659619995300782558677874,
    ],
    source: `Exact, Jacobi's elliptic functions sn, cn, dn (20 | m = 0.51): problem B5 of ${detest}.`,
  },
  {
    title: "Lorenz attractor, orbit AB",
    function: "ode/lorenz",
    request: { tolerance: 1e-14 },
    reference: [-13.763610682134200525014401054, -19.578751942451795538838041446, 27],
    source:
      "Periodic: D. Viswanath, Symbolic dynamics and periodic orbits of the Lorenz attractor, Nonlinearity 16 (2003) 1035–1056 (14 digits); A. Abad, R. Barrio, F. Blesa, M. Rodríguez, Algorithm 924: TIDES, ACM Trans. Math. Softw. 39 (2012) (further digits).",
  },
];

/** The problem that runs for seconds, so that there is time to kill its node: some 25 million steps. */
export const longProblem: Problem = problems[0];

/** One problem and its answer. */
export interface Problem {
  /** How the table calls it. */
  readonly title: string;
  /** The function that solves it, as `kernel/function`. */
  readonly function: string;
  /** The request, complete. */
  readonly request: Readonly<Record<string, number>>;
  /** The solution at the end of the interval, in the order of the reply's `y`. */
  readonly reference: readonly number[];
  /** Where the reference is from, or why it is exact. */
  readonly source: string;
}

/** What every function of the kernel `ode` replies, but for the sweep. */
export interface Solution {
  readonly t: number;
  readonly y: ArrayLike<number>;
  readonly steps: number;
  readonly rejected: number;
  readonly evaluations: number;
  readonly drift: number;
}

/** The largest relative error a solution may have. */
export const errorMax = 1e-8;

/**
 * The error of a reply: the largest deviation of a component from the reference, relative to the largest component of
 * the reference. (A component that is exactly zero has no relative error of its own.) Infinity when the reply has
 * another number of components, or one that is no number.
 */
export function relativeError(problem: Problem, y: ArrayLike<number>): number {
  if (y.length !== problem.reference.length) return Infinity;
  let deviation = 0;
  let size = 0;
  for (const [i, expected] of problem.reference.entries()) {
    const off = Math.abs((y[i] ?? NaN) - expected);
    if (Number.isNaN(off)) return Infinity;
    deviation = Math.max(deviation, off);
    size = Math.max(size, Math.abs(expected));
  }
  return deviation / size;
}
