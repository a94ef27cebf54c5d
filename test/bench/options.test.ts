import { describe, expect, it } from "vitest";
import { figures } from "../../bench/figures.ts";
import { budgetOf, helpText, planOf, readOptions } from "../../bench/options.ts";

describe("readOptions", () => {
  it("chooses all figures, and measures them in full, when nothing is asked for", () => {
    expect(readOptions([])).toMatchObject({ figures, quick: false, json: false, profile: false });
  });

  it.each([
    [["--fast"], "--fast"],
    [["invoke"], "invoke"],
    [["--only"], "--only"],
    [["--only", "speed"], 'no figure is named "speed"'],
    [["--runs", "0"], '--runs takes a whole number from 1 to 100, not "0"'],
    [["--runs", "three"], '--runs takes a whole number from 1 to 100, not "three"'],
    [["--runs", "2", "--profile"], "--profile is of one run"],
  ])("refuses %j", (argv, said) => {
    expect(() => readOptions(argv)).toThrow(said);
  });
});

describe("planOf", () => {
  const lengthOf = (...argv: string[]): number => {
    const { warmUpMs, rounds, roundMs } = planOf(readOptions(argv));
    return warmUpMs + rounds * roundMs;
  };

  it("is shorter in a quick run, and shorter still when that is of all figures", () => {
    expect(lengthOf("--quick", "--only", "invoke.latency")).toBeLessThan(lengthOf());
    expect(lengthOf("--quick")).toBeLessThan(lengthOf("--quick", "--only", "invoke.latency"));
  });
});

describe("budgetOf", () => {
  it("is two minutes, with the end, for a quick run of all figures, and without bound for others", () => {
    expect(budgetOf(readOptions(["--quick"]))).toBeLessThan(115_000);
    for (const argv of [[], ["--quick", "--only", "invoke.latency"], ["--quick", "--profile"]])
      expect(budgetOf(readOptions(argv))).toBe(Infinity);
  });
});

describe("helpText", () => {
  it("names every figure", () => {
    const text = helpText();
    for (const { name, about } of figures) {
      expect(text).toContain(`  ${name} `);
      expect(text).toContain(about);
    }
  });
});
