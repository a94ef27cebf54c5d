import { describe, expect, it } from "vitest";
import { errorMax, longProblem, problems, relativeError, type Problem } from "../../src/demo/problems.ts";

function problemOf(name: string): Problem {
  const found = problems.find((problem) => problem.function === name);
  if (found === undefined) throw new Error(`no problem calls ${name}`);
  return found;
}

/** Position and velocity on an ellipse with half-axis 1, by Newton's method on Kepler's equation. */
function kepler(eccentricity: number, t: number): number[] {
  let anomaly = t;
  for (let i = 0; i < 50; i++) {
    const off = anomaly - eccentricity * Math.sin(anomaly) - t;
    anomaly -= off / (1 - eccentricity * Math.cos(anomaly));
  }
  const [sine, cosine] = [Math.sin(anomaly), Math.cos(anomaly)];
  const width = Math.sqrt(1 - eccentricity ** 2);
  const rate = 1 / (1 - eccentricity * cosine);
  return [cosine - eccentricity, width * sine, -sine * rate, width * cosine * rate];
}

/** sn, cn, dn by the arithmetic-geometric mean (Abramowitz and Stegun, 16.4). */
function jacobi(u: number, m: number): number[] {
  const a = [1];
  const c = [Math.sqrt(m)];
  let b = Math.sqrt(1 - m);
  for (let n = 0; n < 8; n++) {
    const last = a.at(-1) ?? NaN;
    a.push((last + b) / 2);
    c.push((last - b) / 2);
    b = Math.sqrt(last * b);
  }
  let phi = 2 ** 8 * (a[8] ?? NaN) * u;
  for (let n = 8; n > 0; n--) {
    phi = (phi + Math.asin(((c[n] ?? NaN) / (a[n] ?? NaN)) * Math.sin(phi))) / 2;
  }
  return [Math.sin(phi), Math.cos(phi), Math.sqrt(1 - m * Math.sin(phi) ** 2)];
}

describe("problems", () => {
  it("lists six, each with a function, a tolerance, a reference and a source of its own", () => {
    expect(problems).toHaveLength(6);
    for (const key of ["title", "function", "source", "reference"] as const) {
      expect(new Set(problems.map((problem) => problem[key])).size).toBe(6);
    }
    for (const problem of problems) expect(problem.request["tolerance"]).toBe(1e-14);
    expect(problems).toContain(longProblem);
  });

  it("has the solution of Kepler's equation for the two bodies", () => {
    const { request, reference } = problemOf("ode/twoBody");
    const exact = kepler(request["eccentricity"] ?? NaN, request["duration"] ?? NaN);
    expect(reference).toHaveLength(4);
    for (const [i, value] of exact.entries()) expect(reference[i]).toBeCloseTo(value, 13);
  });

  it("has the elliptic functions for the rigid body", () => {
    const { request, reference } = problemOf("ode/rigidBody");
    const exact = jacobi(request["duration"] ?? NaN, 0.51);
    expect(reference).toHaveLength(3);
    for (const [i, value] of exact.entries()) expect(reference[i]).toBeCloseTo(value, 12);
  });
});

describe("relativeError", () => {
  const problem: Problem = { ...longProblem, reference: [-4, 1, 0] };

  it.each([
    ["is zero for the reference itself", [-4, 1, 0], 0],
    ["is the largest deviation relative to the largest component", [-4, 1.5, 0.25], 0.125],
    ["counts a component that ought to be zero", [-4, 1, -1], 0.25],
    ["is infinite when a component is missing", [-4, 1], Infinity],
    ["is infinite when there is one too many", [-4, 1, 0, 0], Infinity],
    ["is infinite when a component is no number", [-4, NaN, 0], Infinity],
    ["is infinite when a component is infinite", [-4, 1, -Infinity], Infinity],
  ])("%s", (_, y, expected) => {
    expect(relativeError(problem, y)).toBe(expected);
  });

  it("takes typed arrays, and tells the tolerance of the demonstration from ten times as much", () => {
    expect(relativeError(problem, Float64Array.of(-4 + 0.9 * 4 * errorMax, 1, 0))).toBeLessThan(errorMax);
    expect(relativeError(problem, Float64Array.of(-4 + 10 * 4 * errorMax, 1, 0))).toBeGreaterThan(errorMax);
  });
});
