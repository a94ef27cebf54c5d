import { setTimeout as wait } from "node:timers/promises";
import { deployFixture, sharedFabric } from "../subjects/fabric.ts";
import { interleave, median, ratioOfPairs, type Bench, type Figure, type Subject } from "../harness.ts";
import { startMixClient, stepsPerMs, type MixRound } from "../load/mix.ts";

const itemMs = 10;

/** How much faster two nodes are than one. */
export const scalingNodes: Figure = {
  name: "scaling.nodes",
  about: `a map of items that compute for ${itemMs} ms on two nodes ÷ on one node, one worker each`,
  unit: "items/s",
  target: 1.85,
  better: "higher",
  async run(bench) {
    const subjects = [await startSubject(bench, 1), await startSubject(bench, 2)];
    const samples = await interleave(subjects, bench.plan, bench.note);
    const [one = [], two = []] = samples.map((rounds) => rounds.map(rateOf));
    return {
      value: median(two),
      baseline: median(one),
      ratio: ratioOfPairs(two, one),
      details: {
        headers: ["subject", "items/s"],
        rows: [one, two].map((rates, index) => [subjects[index]?.name ?? "", median(rates).toFixed(1)]),
      },
      charts: [
        {
          kind: "bars",
          name: "nodes",
          title: `Map of ${itemMs} ms items`,
          y: { label: "items/s", scale: "linear" },
          bars: [one, two].map((rates, index) => ({
            name: subjects[index]?.name ?? "",
            value: median(rates),
          })),
        },
      ],
    };
  },
};

async function startSubject({ scope, shared }: Bench, nodes: number): Promise<Subject<MixRound>> {
  const running = await sharedFabric(shared, { nodes, workers: 1 });
  await deployFixture(running, "work");
  const client = await startMixClient(scope, running.address);
  return {
    name: nodes === 1 ? "1 node" : `${nodes} nodes`,
    async measure(durationMs) {
      await client.begin({ steps: itemMs * stepsPerMs });
      await wait(durationMs);
      return client.end(true);
    },
  };
}

function rateOf({ items, elapsedMs }: MixRound): number {
  return (items / elapsedMs) * 1000;
}
