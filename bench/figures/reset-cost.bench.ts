/** A family of figures: fresh state by reset against fresh state by a new instance, by pages of memory. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrapModule } from "../../src/kernel/wrap.ts";
import { startChild } from "../processes/child.ts";
import { dirtyModule, type DirtyImage } from "../modules/dirty-module.ts";
import { interleave, median, ratioOfPairs, type Bench, type Figure, type Subject } from "../harness.ts";
import type { ResetConfig, ResetRequest } from "../modules/reset-client.ts";

/** How long a process may take to answer after a round. */
const patienceMs = 30_000;
/** Nothing here needs long to become warm: there is one loop in each process. */
const warmUpMaxMs = 500;
const roundMaxMs = 300;

/** What a call with fresh state costs when all state was dirtied by the call before. */
export const resetCost: readonly Figure[] = [figureOf(1, 0.06), figureOf(4, 0.3)];

function figureOf(pages: number, target: number): Figure {
  const size = `${pages} page${pages === 1 ? "" : "s"}`;
  return {
    name: `reset.cost.${size.replace(" ", "-")}`,
    about: `reset + call ÷ new WebAssembly.Instance + call; a call dirties all of ${size} of memory`,
    unit: "µs",
    target,
    better: "lower",
    async run(bench) {
      const subjects: Subject<number>[] = [];
      for (const image of ["full", "sparse"] as const) {
        const file = await moduleFile(bench, pages, image);
        for (const side of ["reset", "new instance"] as const)
          subjects.push(await startSide(bench, { side, file }, image));
      }
      const { warmUpMs, rounds, roundMs } = bench.plan;
      const plan = {
        warmUpMs: Math.min(warmUpMs / 2, warmUpMaxMs),
        rounds,
        roundMs: Math.min(roundMs / 2, roundMaxMs),
      };
      const samples = await interleave(subjects, plan, bench.note);
      const [own = [], baseline = []] = samples;
      return {
        value: median(own),
        baseline: median(baseline),
        ratio: ratioOfPairs(own, baseline),
        details: {
          headers: ["subject", "µs per call"],
          rows: subjects.map(({ name }, index) => [name, median(samples[index] ?? []).toFixed(2)]),
        },
      };
    },
  };
}

const imageNames: Readonly<Record<DirtyImage, string>> = {
  full: "memory begins without a zero",
  sparse: "memory begins nearly all zero",
};

/** A module in a folder that goes with the figure. */
async function moduleFile({ scope }: Bench, pages: number, image: DirtyImage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "dirty.wasm");
  await writeFile(file, wrapModule(dirtyModule(pages, image), { name: "dirty", raw: true }));
  return file;
}

async function startSide({ scope }: Bench, config: ResetConfig, image: DirtyImage): Promise<Subject<number>> {
  const client = await startChild(scope, "modules/reset-client.ts", config);
  return {
    name: `${config.side} + call, ${imageNames[image]}`,
    async measure(durationMs) {
      const request: ResetRequest = { durationMs };
      return (await client.request(request, durationMs + patienceMs)) as number; // that is its answer
    },
  };
}
