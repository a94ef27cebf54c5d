import { describe, expect, it } from "vitest";
import {
  displayWidth,
  formatCount,
  formatMilliseconds,
  problemTable,
  table,
  type Column,
} from "../../src/demo/table.ts";

const columns: readonly Column[] = [
  { heading: "name", align: "left" },
  { heading: "n", align: "right" },
];

describe("table", () => {
  it("aligns columns under their headings, numbers to the right", () => {
    const text = table(columns, [
      ["a", "1"],
      ["long name", "1000"],
    ]);
    expect(text.split("\n")).toEqual([
      "name          n",
      "─────────  ────",
      "a             1",
      "long name  1000",
    ]);
  });

  it("aligns by cells of the screen, not by characters", () => {
    const lines = table(columns, [
      ["e\u0301te\u0301", "1"],
      ["節点", "2"],
      ["🚀 up", "3"],
      ["Nørsett", "4"],
    ]).split("\n");
    expect(new Set(lines.map(displayWidth))).toEqual(new Set([10]));
  });

  it("keeps a cell with control characters on its line", () => {
    const text = table(columns, [["two\nlines\u001b[2J", "1"]]);
    expect(text.split("\n")).toHaveLength(3);
    expect(text).toContain("two lines [2J");
  });

  it("leaves no space at the end of a line, and fills missing cells", () => {
    const lines = table([...columns].reverse(), [["1", "a"], ["2"]]).split("\n");
    for (const line of lines) expect(line).toBe(line.trimEnd());
    expect(lines.at(-1)).toBe("2");
  });

  it("is heading and rule when there are no rows", () => {
    expect(table(columns, [])).toBe("name  n\n────  ─");
  });
});

describe("problemTable", () => {
  it("shows the nodes of all attempts and the digits that matter", () => {
    const text = problemTable([
      {
        problem: "van der Pol oscillator",
        nodes: ["n2", "n5"],
        attempts: 2,
        steps: 25_340_000,
        milliseconds: 4612.3,
        error: 4.22e-11,
      },
      { problem: "lost", nodes: [], attempts: 1, steps: 0, milliseconds: 0.123, error: NaN },
    ]);
    const [heading, , first, second] = text.split("\n");
    expect(heading).toMatch(/^problem +node +attempts +steps +ms +error$/);
    expect(first).toMatch(/^van der Pol oscillator {2}n2 → n5 +2 {2}25,340,000 {2}4,612 {2}4\.2e-11$/);
    expect(second).toMatch(/^lost +1 +0 +0\.12 +–$/);
  });
});

describe("formatCount", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [1_234_567.6, "1,234,568"],
    [-1000, "-1,000"],
  ])("writes %s as %s", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });
});

describe("formatMilliseconds", () => {
  it.each([
    [0.416, "0.42"],
    [4.16, "4.2"],
    [41.6, "42"],
    [4160, "4,160"],
  ])("writes %s as %s", (value, text) => {
    expect(formatMilliseconds(value)).toBe(text);
  });
});

describe("displayWidth", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["Rodríguez", 9],
    ["i\u0301", 1],
    ["\u200b", 0],
    ["→ –", 3],
    ["日本", 4],
    ["한글", 4],
    ["🚀", 2],
    ["👩‍🚀", 2],
    ["❤️", 2],
    ["1", 1],
  ])("takes %j to be %s cells wide", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});
