import { describe, expect, it } from "vitest";
import { codeFrame, problemsOf } from "../../src/cli/code-frame.ts";

describe("problemsOf", () => {
  it("tells places from what is said of them", () => {
    const message =
      'a b/c.ts:12:3  type "Map" cannot travel; use 1:2  x\nhello.ts  cannot be read\nsomething else';
    expect(problemsOf(message)).toEqual([
      { file: "a b/c.ts", line: 12, column: 3, message: 'type "Map" cannot travel; use 1:2  x' },
      { file: "hello.ts", line: 0, column: 0, message: "cannot be read" },
      { file: "", line: 0, column: 0, message: "something else" },
    ]);
  });
});

describe("codeFrame", () => {
  const text = Array.from({ length: 12 }, (_none, index) => `line ${index + 1}`).join("\n");

  it("shows two lines before and after, and marks the column", () => {
    expect(codeFrame(text, 9, 6).split("\n")).toEqual([
      "   7 | line 7",
      "   8 | line 8",
      ">  9 | line 9",
      "     |      ^",
      "  10 | line 10",
      "  11 | line 11",
    ]);
  });

  it("stops at the ends, and keeps tabs before the mark", () => {
    expect(codeFrame("\tx = 1;\r\nnext", 1, 2)).toBe("> 1 | \tx = 1;\n    | \t^\n  2 | next");
    expect(codeFrame("only", 1, 0)).toBe("> 1 | only");
  });

  it.each([0, 13, -1])("is empty for line %d, which is not there", (line) => {
    expect(codeFrame(text, line, 1)).toBe("");
  });
});
