import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { createWorkerPool, type BatchPart } from "../../src/worker/pool.ts";
import { moduleWith } from "../support/hostile-modules.ts";

/** Throws exceptions that hold one another, which V8 keeps in its own heap: no memory maximum bounds it. */
const hoarder = moduleWith(
  {
    more: "(tag $held (param exnref))",
    echo: `(func (export "echo") (param i32 i32) (result i32)
    (local $last exnref)
    (loop $again
      (local.set $last (block $caught (result exnref)
        (try_table (catch_all_ref $caught) (throw $held (local.get $last)))
        (unreachable)))
      (br $again))
    (unreachable))`,
  },
  { timeLimitMs: 60_000 }, // a busy machine takes long to fill it
);

describe("WorkerHandle", () => {
  it("survives a kernel that fills the JavaScript heap of its worker", async () => {
    const kernel = await loadKernel(hoarder, admitModule(hoarder).digest);
    const parts: BatchPart[] = [];
    const ended = Promise.withResolvers<void>();
    const pool = createWorkerPool({
      workers: 1,
      spares: 1,
      clock: systemClock,
      onPart: (part) => {
        parts.push(part);
        if (part.done) ended.resolve();
      },
    });
    await pool.start();
    const sizes = Uint32Array.of(0, 0);
    const payloads = new Uint8Array(0);
    pool.submit({ id: 1, kernel, function: "echo", count: 2, sizes, payloads, deadlineAt: Infinity });
    await ended.promise;
    expect(parts.flatMap(({ failures }) => failures)).toMatchObject([
      { index: 0, code: 8, reason: "MEMORY_LIMIT" },
    ]);
    expect(parts.at(-1)?.rest?.reason).toBe("NOT_STARTED");
    expect(pool.stats().restarts).toBe(1);
    await pool.stop();
  });
});
