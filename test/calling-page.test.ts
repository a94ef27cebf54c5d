import { describe, expect, it } from "vitest";
import { startCluster } from "./support/cluster.ts";
import { followPage, pagesCanRun } from "./support/page-run.ts";

describe("docs/calling.md", () => {
  it.skipIf(!pagesCanRun)("does what it says, block by block", { timeout: 120_000 }, async () => {
    const fabric = await startCluster();
    expect(await followPage("docs/calling.md", { fabric })).toBeGreaterThanOrEqual(9);
  });
});
