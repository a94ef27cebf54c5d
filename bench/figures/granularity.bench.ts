/**
 * How short a function may be until a map spends more on carrying it than on running it: METG, the minimum effective
 * task granularity (E. Slaughter and others, "Task Bench", 2020). Kernels of several lengths are mapped; the useful
 * share of the cores' time is items × length ÷ (time × cores), and METG is the length at which it is one half.
 */
import { availableParallelism } from "node:os";
import type { LineChart } from "../draw/chart.ts";
import { startChild } from "../processes/child.ts";
import { expectExecutions } from "../subjects/executions.ts";
import { deployFixture, sharedFabric } from "../subjects/fabric.ts";
import { kernelModule } from "../../test/support/kernels.ts";
import type { LengthRequest } from "../load/granularity-client.ts";
import {
  interleave,
  median,
  ratioOfPairs,
  type Bench,
  type Figure,
  type Plan,
  type Subject,
} from "../harness.ts";
import { rateOf, startRawSubjects } from "../subjects/invoke-subjects.ts";
import { stuckMs, type Pace } from "../load/load.ts";
import { loadKernel } from "../../src/testing.ts";

const inFlight = 256;
const cores = availableParallelism();
/** Lengths of the kernel in µs, tried in each round. */
const lengths = [0.5, 1, 2, 4];
/**
 * Lengths that only the picture shows, tried once: a map ends with its last item, and of long ones many seconds' worth are
 * under way.
 */
const longLengths = [8, 16, 32, 64];

/** What a map at one length gave. */
export interface LengthSample {
  /** Time that the kernel works, in µs. */
  readonly length: number;
  /** Time of the cores for each item, in µs, the kernel's own included. */
  readonly cost: number;
}

/** What a round of any subject gave: bare echoes a pace, the map a sweep over lengths. */
type Sample =
  { readonly kind: "pace"; readonly pace: Pace } | { readonly kind: "sweep"; readonly sweep: LengthSample[] };

/** The shortest function worth mapping, against the time of a bare call. */
export const granularity: Figure = {
  name: "granularity",
  about: `length of a kernel at which half of the cores' time in a map is useful work ÷ 1/throughput of bare grpc-js unary echo`,
  unit: "µs",
  target: 0.1,
  better: "lower",
  async run(bench) {
    const bare = await startRawSubjects(bench, inFlight, [1, 2, 4]);
    const map = await startSweep(bench);
    const subjects: Subject<Sample>[] = [map.subject];
    for (const { name, measure } of bare) {
      subjects.push({ name, measure: async (ms) => ({ kind: "pace", pace: await measure(ms) }) });
    }
    const [own = [], ...others] = await interleave(subjects, bench.plan, bench.note);
    const long = isShort(bench.plan) ? [] : await map.measureAll(longLengths, bench.plan.roundMs);
    await map.checkExecutions();
    const times = others.map((rounds) =>
      rounds.flatMap((sample) => (sample.kind === "pace" ? [1e6 / rateOf(sample.pace)] : [])),
    );
    const best = times.reduce((first, second) => (median(second) < median(first) ? second : first));
    const sweeps = own.flatMap((sample) => (sample.kind === "sweep" ? [sample.sweep] : []));
    const granularities = sweeps.map(halfUseful);
    const near = lengths.map((length, at) => {
      const costs = sweeps.map((sweep) => sweep[at]?.cost ?? Number.NaN);
      return { length, cost: median(costs) };
    });
    const curve = [...near, ...long];
    return {
      value: median(granularities),
      baseline: median(best),
      ratio: ratioOfPairs(granularities, best),
      details: {
        headers: ["kernel µs", "cores' time per item µs", "useful %"],
        rows: curve.map(({ length, cost }) => [length, cost.toFixed(2), ((100 * length) / cost).toFixed(1)]),
      },
      charts: [efficiencyChart(curve)],
      settings: { cores: String(cores), nodes: String(cores), "workers per node": "1" },
    };
  },
};

/**
 * The length at which half of the time is useful, on the straight line between its neighbours; beyond the lengths that
 * were tried, what the nearest of them costs above its own work.
 */
export function halfUseful(sweep: readonly LengthSample[]): number {
  let before: LengthSample | undefined;
  for (const sample of sweep) {
    const spare = 2 * sample.length - sample.cost;
    if (spare >= 0 && before === undefined) return sample.cost - sample.length;
    if (spare >= 0 && before !== undefined) {
      const lacking = before.cost - 2 * before.length;
      return before.length + ((sample.length - before.length) * lacking) / (lacking + spare);
    }
    before = sample;
  }
  if (before === undefined) throw new Error("no length was tried");
  return before.cost - before.length;
}

/** Whether there is no time for what only the picture shows. */
function isShort({ roundMs }: Plan): boolean {
  return roundMs < 500;
}

interface Sweep {
  readonly subject: Subject<Sample>;
  /** Maps at each of these lengths, which share the time. */
  measureAll(lengths: readonly number[], durationMs: number): Promise<LengthSample[]>;
  checkExecutions(): Promise<void>;
}

async function startSweep({ scope, shared, note }: Bench): Promise<Sweep> {
  const running = await sharedFabric(shared, { nodes: cores, workers: 1 });
  await deployFixture(running, "work");
  const before = await running.executedBefore;
  const client = await startChild(scope, "load/granularity-client.ts", { address: running.address });
  const roundsPerUs = await calibrate();
  note(`a microsecond is ${roundsPerUs.toFixed(1)} rounds of the kernel`);
  let items = 0;
  const measureLength = async (length: number, durationMs: number): Promise<LengthSample> => {
    const rounds = Math.round(length * roundsPerUs);
    const request: LengthRequest = { rounds, durationMs };
    const pace = (await client.request(request, durationMs + stuckMs)) as Pace; // answered by granularity-client.ts
    items += pace.calls;
    return { length, cost: (pace.elapsedMs * 1000 * cores) / pace.calls };
  };
  const measureAll = async (all: readonly number[], durationMs: number): Promise<LengthSample[]> => {
    const sweep: LengthSample[] = [];
    for (const length of all) sweep.push(await measureLength(length, durationMs / all.length));
    return sweep;
  };
  return {
    subject: {
      name: "Heddle map",
      measure: async (durationMs) => ({ kind: "sweep", sweep: await measureAll(lengths, durationMs) }),
    },
    measureAll,
    checkExecutions: () => expectExecutions(running.fabric, items, before),
  };
}

const calibrationRounds = 1_000_000;
const calibrationCalls = 100;

/**
 * Rounds of the kernel in a µs, when nothing else of the suite runs. The fastest of many calls counts, each short enough
 * to fit between what else the machine does, less the fastest that does nothing.
 */
async function calibrate(): Promise<number> {
  await using kernel = await loadKernel(await kernelModule("work"));
  const leastMs = async (rounds: number): Promise<number> => {
    let least = Infinity;
    for (let call = 0; call < calibrationCalls; call++) {
      const begun = performance.now();
      await kernel.call("mix", { seed: call, rounds });
      least = Math.min(least, performance.now() - begun);
    }
    return least;
  };
  const workingMs = await leastMs(calibrationRounds);
  return calibrationRounds / ((workingMs - (await leastMs(0))) * 1000);
}

function efficiencyChart(curve: readonly LengthSample[]): LineChart {
  return {
    kind: "lines",
    name: "efficiency",
    title: "Useful share of the cores' time in a map, by length of the kernel",
    x: { label: "length of the kernel in µs", scale: "log" },
    y: { label: "useful work in %", scale: "linear" },
    series: [
      { name: "Heddle map", points: curve.map(({ length, cost }) => [length, (100 * length) / cost]) },
    ],
  };
}
