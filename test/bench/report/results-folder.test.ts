import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResults, writeResults } from "../../../bench/report/results-folder.ts";
import type { SavedFigure } from "../../../bench/report/saved-results.ts";
import { savedFigure, savedResults } from "../../support/bench-results.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { expectWellFormed } from "../../support/well-formed.ts";

const skipped: SavedFigure = {
  ...savedFigure("peers.ray", 1),
  ...{ value: null, baseline: null, ratio: null, holds: null },
  ...{ skipped: "no Python: apt-get install python3", details: { headers: [], rows: [] }, charts: [] },
};
const saved = savedResults([
  savedFigure("invoke.throughput", 17.6),
  savedFigure("map.throughput", 8),
  skipped,
]);

describe("writeResults", () => {
  it("leaves data, pictures and a page that shows them", async () => {
    const folder = join(temporaryFolder(), "results");
    await writeResults(folder, saved);
    const pictures = ["invoke.throughput.rates.svg", "map.throughput.rates.svg", "targets.svg"];
    expect(readdirSync(folder).toSorted()).toEqual(["README.md", ...pictures, "results.json"].toSorted());
    const page = readFileSync(join(folder, "README.md"), "utf8");
    for (const name of pictures) {
      expectWellFormed(readFileSync(join(folder, name), "utf8"));
      expect(page).toContain(`](./${name})`);
    }
    for (const said of [
      "Loom 3000, 2 cores",
      "2026-01-02",
      "| invoke.throughput | 176000 | 10000 | calls/s | 17.6 | ≥ 10 | holds |",
      "| map.throughput | 80000 | 10000 | calls/s | 8 | ≥ 10 | missed |",
      "- peers.ray was skipped: no Python: apt-get install python3",
      "bare \\| echo",
    ])
      expect(page).toContain(said);
  });

  it("takes away pictures of figures that are no more", async () => {
    const folder = temporaryFolder();
    await writeResults(folder, saved);
    writeFileSync(join(folder, "notes.txt"), "mine");
    await writeResults(folder, savedResults([savedFigure("map.throughput", 90)]));
    const left = ["README.md", "map.throughput.rates.svg", "notes.txt", "results.json", "targets.svg"];
    expect(readdirSync(folder).toSorted()).toEqual(left.toSorted());
  });
});

describe("readResults", () => {
  it("gives what was written", async () => {
    const folder = temporaryFolder();
    await writeResults(folder, saved);
    expect(await readResults(folder)).toEqual(saved);
  });

  it.each([
    ["no file", undefined],
    ["no JSON", "half a fi"],
    ["JSON of something else", "[1]"],
    ["figures of another form", '{"machine":{},"versions":{},"figures":[{}]}'],
  ])("gives nothing for %s", async (_what, content) => {
    const folder = temporaryFolder();
    if (content !== undefined) writeFileSync(join(folder, "results.json"), content);
    expect(await readResults(folder)).toBe(undefined);
  });
});
