import { availableParallelism } from "node:os";
import { version } from "piscina";
import { startPiscina, type PiscinaConfig } from "../baselines/piscina.ts";
import { interleave, median, ratioOfPairs, type Figure } from "../harness.ts";
import { payloadBytes, rateOf } from "../subjects/invoke-subjects.ts";
import { compareRates, startMapSubject } from "../subjects/map-subjects.ts";

const threads = availableParallelism();
/** The best of what was tried; `docs/benchmarks.md` says what that was. */
const single: PiscinaConfig = {
  threads,
  atomics: "async",
  concurrentTasksPerWorker: 256,
  itemsPerTask: 1,
  payloadBytes,
};
const singlesInFlight = 1024;
/** As many items as fill a frame of a map. */
const batched: PiscinaConfig = {
  ...single,
  atomics: "disabled",
  concurrentTasksPerWorker: 2,
  itemsPerTask: 744,
};
const batchesInFlight = 8;

/** A map over two hops, against a pool of threads in the caller's own process. */
export const mapVsPiscina: Figure = {
  name: "map.vs-piscina",
  about: "SDK map of 64-byte items ÷ Piscina running the same WASM function in process, an item a task",
  unit: "items/s",
  target: 5,
  better: "higher",
  async run(bench) {
    const heddle = await startMapSubject(bench);
    const [batches, ...piscina] = await Promise.all([
      startPiscina(bench, "Piscina, batches", batched, batchesInFlight),
      startPiscina(bench, "Piscina, 1 thread", { ...single, threads: 1 }, singlesInFlight),
      startPiscina(bench, `Piscina, ${threads} threads`, single, singlesInFlight),
    ]);
    const samples = await interleave([heddle, batches, ...piscina], bench.plan, bench.note);
    await heddle.checkExecutions();
    const [own = [], ofBatches = [], ...others] = samples;
    const outcome = compareRates(heddle, own, piscina, others);
    const batchRates = ofBatches.map(rateOf);
    const { headers, rows } = outcome.details;
    const toBatches = ratioOfPairs(own.map(rateOf), batchRates).toFixed(2);
    return {
      ...outcome,
      details: { headers, rows: [...rows, [batches.name, Math.round(median(batchRates))]] },
      settings: {
        piscina: version,
        "items in flight": String(singlesInFlight),
        "items in a batch": String(batched.itemsPerTask),
        "Heddle map ÷ Piscina, batches": toBatches,
      },
    };
  },
};
