import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../../src/cli/printable.ts";
import { testSeed } from "../support/seed.ts";

describe("printable", () => {
  it.each([
    ["plain text, é, 🧵 and 👩‍🚀", "plain text, é, 🧵 and 👩‍🚀"],
    ["a\u001b[2Jb", "a\\u{1b}[2Jb"],
    ["a\rb\u0007\u0000\u007f\u009b", "a\\u{d}b\\u{7}\\u{0}\\u{7f}\\u{9b}"],
    ["abc\u202Edef", "abc\\u{202e}def"],
    ["tab\tstays", "tab\tstays"],
    ["first\nsecond\r\nthird\n", "first\n    second\n    third"],
    ["", ""],
  ])("shows %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("lets nothing through that a terminal would obey", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/(?![\n\t])\p{Cc}/u);
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });
});
