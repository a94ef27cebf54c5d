/**
 * The order conditions of DOP853 (HNW I, section II.5). A sum of doubles that ought to be exact is off by the rounding
 * of its terms, so every residual is taken relative to the sum of their sizes.
 */
import { describe, expect, it } from "vitest";
import * as exported from "../../../kernels/ode/coefficients.ts";

const coefficients: Readonly<Record<string, number>> = exported;
const stages = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** A coefficient by its name; what is not listed is zero, but for the node of the last stage. */
function coefficient(name: string): number {
  return name === "c12" ? 1 : (coefficients[name] ?? 0);
}

function a(i: number, j: number): number {
  return coefficient(i > 9 || j > 9 ? `a${i}_${j}` : `a${i}${j}`);
}

/** How far a weighted sum over the stages is from what it ought to be, relative to the sizes of its terms. */
function residual(term: (stage: number) => number, expected: number): number {
  const terms = stages.map(term);
  const size = terms.reduce((sum, value) => sum + Math.abs(value), 0);
  const off = Math.abs(terms.reduce((sum, value) => sum + value, 0) - expected);
  return size === 0 ? off : off / size;
}

function quadrature(weight: string, power: number, expected: number): number {
  return residual((j) => coefficient(`${weight}${j}`) * coefficient(`c${j}`) ** power, expected);
}

const precision = 1e-15;

describe("coefficients", () => {
  it("are as many as DOP853 has, all of them numbers", () => {
    expect(Object.keys(coefficients)).toHaveLength(10 + 50 + 8 + 3 + 8);
    for (const value of Object.values(coefficients)) expect(Number.isFinite(value)).toBe(true);
  });

  it.each(stages)("have rows that sum to their node: stage %i", (i) => {
    expect(residual((j) => a(i, j), coefficient(`c${i}`))).toBeLessThan(precision);
  });

  it.each([
    [1, 3],
    [2, 3],
    [3, 6],
  ])("integrate t^%i exactly in every stage from %i on", (power, first) => {
    for (const i of stages.slice(first - 1)) {
      const expected = coefficient(`c${i}`) ** (power + 1) / (power + 1);
      expect(residual((j) => a(i, j) * coefficient(`c${j}`) ** power, expected)).toBeLessThan(precision);
    }
  });

  it.each(stages)("fulfil the simplifying condition D(1): stage %i", (j) => {
    const expected = coefficient(`b${j}`) * (1 - coefficient(`c${j}`));
    expect(residual((i) => coefficient(`b${i}`) * a(i, j), expected)).toBeLessThan(precision);
  });

  it("integrate polynomials up to degree 7, and none of degree 8: order 8", () => {
    for (let power = 0; power <= 7; power++) {
      expect(quadrature("b", power, 1 / (power + 1))).toBeLessThan(precision);
    }
    expect(quadrature("b", 8, 1 / 9)).toBeGreaterThan(1e-5);
  });

  it("estimate an error of order 5: nothing up to degree 4", () => {
    for (let power = 0; power <= 4; power++) expect(quadrature("e", power, 0)).toBeLessThan(precision);
    expect(quadrature("e", 5, 0)).toBeGreaterThan(1e-5);
  });

  it("estimate an error of order 3: polynomials up to degree 2", () => {
    for (let power = 0; power <= 2; power++) {
      expect(quadrature("bb", power, 1 / (power + 1))).toBeLessThan(precision);
    }
    expect(quadrature("bb", 3, 1 / 4)).toBeGreaterThan(1e-5);
  });
});
