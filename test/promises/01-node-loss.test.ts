/**
 * Losing any one node in the middle of a map loses and duplicates nothing visible. The short form kills one node under
 * one map; the full form is
 *
 *     HEDDLE_MAP_INPUTS=200000 HEDDLE_SEEDS=10 npm test -- 01-node-loss
 */
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { nodesUntil, readyCount, startCluster, type Cluster } from "../support/cluster.ts";
import { mixed } from "../support/kernels.ts";
import { testSeed } from "../support/seed.ts";

const inputCount = Number(process.env["HEDDLE_MAP_INPUTS"] ?? 8_000);
const seedCount = Number(process.env["HEDDLE_SEEDS"] ?? 1);
/** Steps of the generator that take a worker about 0.2 ms. */
const rounds = 170_000;
const nodeCount = 3;

describe("heddle map", () => {
  it(
    "gives every result once although a node is killed under it",
    { timeout: 30_000 + seedCount * (10_000 + inputCount * 2) },
    async () => {
      const cluster = await startCluster({ nodes: nodeCount, kernels: ["work"] });
      for (let seed = testSeed; seed < testSeed + seedCount; seed++) await mapWithKill(cluster, seed);
    },
  );
});

async function mapWithKill(cluster: Cluster, seed: number): Promise<void> {
  const random = createSeededRandom(seed);
  await nodesUntil(cluster.fabric, (nodes) => readyCount(nodes) === nodeCount);
  const nodes = await cluster.fabric.admin.nodes();
  const victim = nodes[Math.floor(random.next() * nodes.length)]?.facts;
  const killAt = Math.floor(inputCount * (0.3 + 0.4 * random.next()));
  console.log(`HEDDLE_SEED=${seed}: ${victim?.id} is killed at ${killAt} of ${inputCount} results`);

  const startedAt = performance.now();
  const inputs = Array.from({ length: inputCount }, (_, index) => JSON.stringify({ seed: index, rounds }));
  const map = cluster.startHeddle(["map", "work/mix"], { input: `${inputs.join("\n")}\n` });
  let index = 0;
  const wrong: string[] = [];
  for await (const line of map.lines) {
    if (line !== JSON.stringify({ value: mixed(index, rounds) })) wrong.push(`line ${index}: ${line}`);
    if (++index === killAt) process.kill(victim?.pid ?? Number.NaN, "SIGKILL");
  }
  const end = await map.closed;
  console.log(`HEDDLE_SEED=${seed}: ${index} results in ${Math.round(performance.now() - startedAt)} ms`);
  // Results come in the order of the inputs, and those of different seeds differ: line for line means each index once.
  expect({ wrong, results: index, code: end.code, stderr: end.stderr }).toEqual({
    wrong: [],
    results: inputCount,
    code: 0,
    stderr: "",
  });
}
