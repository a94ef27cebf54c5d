/** `npm start`, which the README shows first, has a test of its own kind: `.ci/run` runs it whole. */
import { describe, expect, it } from "vitest";
import { startCluster } from "./support/cluster.ts";
import { followPage, pagesCanRun } from "./support/page-run.ts";

describe("README.md", () => {
  it.skipIf(!pagesCanRun)("shows files and commands that do what it says", { timeout: 120_000 }, async () => {
    const fabric = await startCluster();
    const compared = await followPage("README.md", { fabric, shown: ["sh", "text"] });
    expect(compared).toBeGreaterThanOrEqual(5);
  });
});
