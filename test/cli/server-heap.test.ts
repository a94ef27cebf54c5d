import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { repository } from "../support/source-files.ts";

const run = promisify(execFile);

/** How many full collections a process needs to pass on a gigabyte in buffers, beside a heap of some megabytes. */
async function fullCollections(tuned: boolean): Promise<number> {
  const program = `
    import { PerformanceObserver, constants } from "node:perf_hooks";
    import { tuneServerHeap } from "./src/cli/server-heap.ts";
    if (${tuned}) tuneServerHeap();
    let full = 0;
    const count = (list) => {
      for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full++;
    };
    new PerformanceObserver(count).observe({ entryTypes: ["gc"] });
    const held = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    for (let turn = 0; turn < 1_000; turn++) {
      for (let buffer = 0; buffer < 20; buffer++) Buffer.allocUnsafeSlow(50_000);
      await new Promise(setImmediate);
    }
    console.log(held.length > 0 && full);
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: repository,
  });
  return Number(stdout);
}

describe("tuneServerHeap", () => {
  it("makes full collections rarer where buffers come and go", async () => {
    const [tuned, plain] = [await fullCollections(true), await fullCollections(false)];
    expect(tuned).toBeLessThan(plain);
  });
});
