import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, docsPage } from "../../../bench/report/docs-page.ts";
import { figures } from "../../../bench/figures.ts";
import { readResults } from "../../../bench/report/results-folder.ts";
import { savedFigure, savedResults } from "../../support/bench-results.ts";
import { repository, textOf } from "../../support/source-files.ts";

const page = `# Benchmarks

<!-- run: machine -->
<!-- end -->

<!-- run: summary -->
anything
<!-- end -->

## a
What it is.

<!-- run: a -->

old numbers

<!-- end -->

The end.
`;

describe("docsPage", () => {
  it("rewrites the blocks and nothing else", () => {
    const written = docsPage(page, savedResults([savedFigure("a", 12)]), "pictures");
    for (const said of [
      "Loom 3000",
      "(pictures/targets.svg)",
      "(pictures/a.rates.svg)",
      "**12**",
      "The end.",
    ])
      expect(written).toContain(said);
    expect(written).toContain("## a\nWhat it is.\n\n<!-- run: a -->\n\n120000 against 10000 calls/s: **12**");
    expect(written).not.toMatch(/old numbers|anything/);
    expect(docsPage(written, savedResults([savedFigure("a", 12)]), "pictures")).toBe(written);
  });

  it("says so of a figure that the run has not", () => {
    expect(docsPage(page, savedResults([]), "pictures")).toContain(
      "<!-- run: a -->\n\nThis run has no result of it.\n\n<!-- end -->",
    );
  });

  it("refuses a page without a block for a figure", () => {
    expect(() => docsPage(page, savedResults([savedFigure("b", 12)]), "pictures")).toThrow(
      "the page has no block <!-- run: NAME --> … <!-- end --> for b",
    );
  });
});

describe("docs/benchmarks.md", () => {
  const text = textOf("docs/benchmarks.md");

  it("has a block for every figure", () => {
    expect(blocksOf(text).toSorted()).toEqual(
      ["machine", "summary", ...figures.map(({ name }) => name)].toSorted(),
    );
  });

  it("shows the run that lies beside it", async () => {
    const folder = join(repository, "docs", "benchmarks");
    const saved = await readResults(folder);
    // Until there is one, the blocks say so.
    if (saved === undefined) return expect(existsSync(folder)).toBe(false);
    expect(docsPage(text, saved, "benchmarks")).toBe(text);
  });
});
