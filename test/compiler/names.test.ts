import { describe, expect, it } from "vitest";
import { isPlainName, pascalCase, snakeCase } from "../../src/compiler/names.ts";

describe("snakeCase", () => {
  for (const [name, expected] of [
    ["rows", "rows"],
    ["cellValues", "cell_values"],
    ["HTTPPort", "http_port"],
    ["data2D", "data2_d"],
    ["already_snake", "already_snake"],
  ] as const) {
    it(`turns ${name} into ${expected}`, () => {
      expect(snakeCase(name)).toBe(expected);
    });
  }
});

describe("pascalCase", () => {
  for (const [name, expected] of [
    ["matmul", "Matmul"],
    ["solveLu", "SolveLu"],
    ["linear_algebra", "LinearAlgebra"],
  ] as const) {
    it(`turns ${name} into ${expected}`, () => {
      expect(pascalCase(name)).toBe(expected);
    });
  }
});

describe("isPlainName", () => {
  it("takes letters, digits and single inner underscores", () => {
    expect(["a", "rows2", "left_side", "X"].every(isPlainName)).toBe(true);
  });

  it("refuses what does not survive the conversions", () => {
    expect(["_a", "a_", "a__b", "$a", "2a", "größe", ""].some(isPlainName)).toBe(false);
  });
});
