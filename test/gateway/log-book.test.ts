import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { LogBook, type KeptLine, type LogFilter } from "../../src/gateway/log-book.ts";
import { testSeed } from "../support/seed.ts";

const blank: KeptLine = {
  timeMs: 1,
  kernel: "k",
  function: "f",
  digest: "",
  node: "n",
  level: 1,
  text: "",
  traceId: "",
  attempt: 1,
  index: 0,
};
const everything: LogFilter = { kernel: "", function: "", levelMin: 0 };

function texts(lines: readonly KeptLine[]): string[] {
  return lines.map(({ text }) => text);
}

describe("LogBook", () => {
  it("gives the last lines that match, the oldest first", () => {
    const line = fc.record({
      kernel: fc.constantFrom("a", "b"),
      function: fc.constantFrom("f", "g"),
      level: fc.nat(3),
    });
    const filter = fc.record({
      kernel: fc.constantFrom("", "a", "b", "none"),
      function: fc.constantFrom("", "f", "g"),
      levelMin: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), filter, fc.nat(20), (many, wanted, count) => {
        const book = new LogBook();
        const all = many.map((more, index) => ({ ...blank, ...more, text: String(index) }));
        for (const one of all) book.add(one);
        const matching = all.filter(
          ({ kernel, function: fn, level }) =>
            (wanted.kernel === "" || wanted.kernel === kernel) &&
            (wanted.function === "" || wanted.function === fn) &&
            level >= wanted.levelMin,
        );
        expect(book.last(wanted, count)).toEqual(count === 0 ? [] : matching.slice(-count));
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("keeps so many lines of a kernel, and those of a quiet one beside a chatty one", () => {
    const book = new LogBook();
    book.add({ ...blank, kernel: "quiet", text: "first" });
    for (let index = 0; index < limits.logKernelLinesMax + 5; index++)
      book.add({ ...blank, kernel: "chatty", text: String(index) });
    const kept = texts(book.last({ ...everything, kernel: "chatty" }, Infinity));
    expect([kept.length, kept[0]]).toEqual([limits.logKernelLinesMax, "5"]);
    expect(texts(book.last(everything, Infinity)).slice(0, 2)).toEqual(["first", "5"]);
  });

  it("never takes more memory than its bounds, whoever writes", () => {
    const book = new LogBook();
    const text = "x".repeat(limits.logLineMaxBytes);
    for (let kernel = 0; kernel < 12; kernel++) {
      for (let line = 0; line < 600; line++) book.add({ ...blank, kernel: `k${kernel}`, text });
      expect(book.bytes).toBeLessThanOrEqual(limits.logBookMaxBytes);
    }
    const perKernel = Math.floor(limits.logKernelMaxBytes / (2 * limits.logLineMaxBytes + 512));
    expect(book.last({ ...everything, kernel: "k11" }, Infinity)).toHaveLength(perKernel);
    expect(book.last({ ...everything, kernel: "k0" }, Infinity)).toEqual([]);
    expect(book.lines).toBe(book.last(everything, Infinity).length);
  });

  it("hands those who follow what they want, until they have had enough", () => {
    const book = new LogBook();
    const seen: string[] = [];
    const follower = {
      filter: { kernel: "a", function: "", levelMin: 2 },
      line: (line: KeptLine) => void seen.push(line.text),
    };
    book.add({ ...blank, kernel: "a", level: 3, text: "before" });
    book.follow(follower);
    book.add({ ...blank, kernel: "a", level: 2, text: "one" });
    book.add({ ...blank, kernel: "a", level: 1, text: "too low" });
    book.add({ ...blank, kernel: "b", level: 3, text: "of another" });
    book.unfollow(follower);
    book.add({ ...blank, kernel: "a", level: 3, text: "after" });
    expect(seen).toEqual(["one"]);
  });
});
