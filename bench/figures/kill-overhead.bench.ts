import { setTimeout as wait } from "node:timers/promises";
import type { Fabric } from "../../src/index.ts";
import { deployFixture, startFabric } from "../subjects/fabric.ts";
import { median, ratioOfPairs, type Bench, type Figure } from "../harness.ts";
import { startMixClient, stepsPerMs, type MixClient, type MixRound } from "../load/mix.ts";

const steps = 2 * stepsPerMs;
const nodeCount = 4;
/** A map lasts so long at least when nothing disturbs it; less in a quick run. */
const mapMs = 5_000;
/** The rounds of the plan that make that long a map, and more. */
const roundsPerMap = 5;
/** A map gets so much more than its least time takes at the pace seen before: the pace is never twice the same. */
const spare = 1.2;
/** Its items at least: nothing could be killed in the middle of a shorter one. */
const itemsMin = 500;
/** A pair of maps takes the place of so many rounds. */
const roundsPerPair = 3;
/** How often a map is begun again because it was too short, or over before the kill. */
const triesMax = 3;

/** Wall times in ms of the same map. */
interface Pair {
  readonly undisturbedMs: number;
  readonly disturbedMs: number;
}

/** What the loss of a node costs a map. */
export const killOverhead: Figure = {
  name: "kill.overhead",
  about: `wall time of a map on ${nodeCount} nodes one of which is killed in its middle ÷ of the same map without that`,
  unit: "ms",
  target: 1.5,
  better: "lower",
  async run(bench) {
    const { plan, note } = bench;
    const pairs: Pair[] = [];
    const count = Math.ceil(plan.rounds / roundsPerPair);
    while (pairs.length < count) {
      note(`pair ${pairs.length + 1} of ${count}`);
      pairs.push(await measurePair(bench));
    }
    const undisturbed = pairs.map(({ undisturbedMs }) => undisturbedMs);
    const disturbed = pairs.map(({ disturbedMs }) => disturbedMs);
    return {
      value: median(disturbed),
      baseline: median(undisturbed),
      ratio: ratioOfPairs(disturbed, undisturbed),
      details: {
        headers: ["map", "ms", "all"],
        rows: [
          ["undisturbed", Math.round(median(undisturbed)), undisturbed.map(Math.round).join(" ")],
          ["a node killed", Math.round(median(disturbed)), disturbed.map(Math.round).join(" ")],
        ],
      },
    };
  },
};

async function measurePair(bench: Bench): Promise<Pair> {
  for (let left = triesMax; left > 0; left--) {
    const scope = new AsyncDisposableStack();
    bench.scope.use(scope);
    const pair = await tryPair(bench, scope);
    await scope.disposeAsync();
    if (pair !== undefined) return pair;
  }
  throw new Error(`${triesMax} maps in a row were over before a node could be killed`);
}

/** The same map twice on a fresh fabric, the second time with a kill, after which the dead stay dead. */
async function tryPair({ plan }: Bench, scope: AsyncDisposableStack): Promise<Pair | undefined> {
  const running = await startFabric(scope, { nodes: nodeCount, workers: 1 });
  await deployFixture(running, "work");
  const client = await startMixClient(scope, running.address);

  await client.begin({ steps });
  await wait(plan.warmUpMs);
  const warm = await client.end(true);
  const { items, undisturbed } = await longMap(client, warm, Math.min(mapMs, plan.roundMs * roundsPerMap));

  const victim = await pidOfOne(running.fabric);
  await client.begin({ steps, items, underWay: items >> 1 });
  process.kill(victim, "SIGKILL");
  const killedAt = Date.now();
  const disturbed = await client.end(false);
  if (disturbed.endedAt <= killedAt) return undefined;
  return { undisturbedMs: undisturbed.elapsedMs, disturbedMs: disturbed.elapsedMs };
}

/** A map that lasts so long at least when nothing happens, sized by the pace of the one before. */
async function longMap(
  client: MixClient,
  before: MixRound,
  leastMs: number,
): Promise<{ readonly items: number; readonly undisturbed: MixRound }> {
  let last = before;
  for (let left = triesMax; left > 0; left--) {
    const items = Math.max(itemsMin, Math.ceil((last.items / last.elapsedMs) * leastMs * spare));
    await client.begin({ steps, items });
    last = await client.end(false);
    if (last.elapsedMs >= leastMs) return { items, undisturbed: last };
  }
  throw new Error(`${triesMax} maps in a row were over before ${leastMs} ms had passed`);
}

async function pidOfOne(fabric: Fabric): Promise<number> {
  const nodes = await fabric.admin.nodes();
  const pid = nodes[0]?.facts?.pid;
  if (nodes.length !== nodeCount || pid === undefined) {
    throw new Error(`there are ${nodes.length} nodes, not ${nodeCount}`);
  }
  return pid;
}
