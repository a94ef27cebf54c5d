import { describe, expect, it } from "vitest";
import { followPage, pagesCanRun } from "./support/page-run.ts";

describe("docs/kernels.md", () => {
  it.skipIf(!pagesCanRun)("does what it says, block by block", { timeout: 240_000 }, async () => {
    expect(await followPage("docs/kernels.md")).toBeGreaterThanOrEqual(15);
  });
});
