import { startChild, type Child } from "../processes/child.ts";
import { deployFixture, startFabric } from "../subjects/fabric.ts";
import { interleave, median, ratioOfPairs, type Bench, type Figure, type Subject } from "../harness.ts";
import { requestRound, type Round } from "../load/load.ts";
import { startMixClient, stepsPerMs, type MixMap } from "../load/mix.ts";
import type { StampConfig } from "../load/stamp.ts";

const payloadBytes = 64;

/** The maps that invocations run beside. */
const maps: readonly { readonly name: string; readonly map: MixMap }[] = [
  { name: "beside a map of 1 µs items", map: { steps: stepsPerMs / 1000 } },
  { name: "beside a map of 1 ms items", map: { steps: stepsPerMs } },
];

/** How long single invocations wait because somebody else's map is under way. */
export const fairnessP99: Figure = {
  name: "fairness.p99",
  about: "p99 of single invocations beside a map that takes all there is ÷ without it",
  unit: "ms",
  target: 5,
  better: "lower",
  async run(bench) {
    const subjects = await startSubjects(bench);
    const samples = await interleave(subjects, bench.plan, bench.note);
    const [alone = [], ...beside] = samples.map((rounds) => rounds.map(({ p99Ms }) => p99Ms));
    const worst = beside.reduce((first, second) => (median(second) > median(first) ? second : first));
    return {
      value: median(worst),
      baseline: median(alone),
      ratio: ratioOfPairs(worst, alone),
      details: {
        headers: ["invocations", "p50 ms", "p99 ms", "÷ alone"],
        rows: samples.map((rounds, index) => {
          const p99 = rounds.map(({ p99Ms }) => p99Ms);
          const p50 = rounds.map(({ p50Ms }) => p50Ms);
          const row = [subjects[index]?.name ?? "", median(p50).toFixed(3), median(p99).toFixed(3)];
          return [...row, ratioOfPairs(p99, alone).toFixed(2)];
        }),
      },
    };
  },
};

/**
 * The invocations come from a process of their own, one after another; the map from another. Both maps run on one
 * fabric: to it they are one function that is a thousand times as slow from one round to the next.
 */
async function startSubjects({ scope }: Bench): Promise<Subject<Round>[]> {
  const running = await startFabric(scope, { nodes: 2, workers: 1 });
  await deployFixture(running, "fresh");
  await deployFixture(running, "work");
  const config: StampConfig = { address: running.address, payloadBytes };
  const invoker = await startChild(scope, "load/stamp-client.ts", config);
  const mapper = await startMixClient(scope, running.address);
  const beside = maps.map(({ name, map }): Subject<Round> => ({
    name,
    async measure(durationMs) {
      await mapper.begin(map);
      const round = await invoke(invoker, durationMs);
      await mapper.end(true);
      return round;
    },
  }));
  return [{ name: "alone", measure: (durationMs) => invoke(invoker, durationMs) }, ...beside];
}

function invoke(invoker: Child, durationMs: number): Promise<Round> {
  return requestRound(invoker, { inFlight: 1, durationMs });
}
