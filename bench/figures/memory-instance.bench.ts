/**
 * A family of figures: what a warm instance takes of a node's memory, by pages of its own. The workers of one node hold
 * an instance each of many kernels, deployed and called as users do; what the process has grown by, divided by the number
 * of instances, is one instance with all that belongs to it: its share of the compiled module, and of what the node
 * remembers of the kernel.
 */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { dirtyModule } from "../modules/dirty-module.ts";
import { startFabric, type BenchFabric } from "../subjects/fabric.ts";
import { median, Unavailable, type Bench, type Figure } from "../harness.ts";

/** Fewer than a worker keeps instances of; a run of few rounds has fewer, and more of what is by chance in its figure. */
const kernelsMax = 40;
const kernelsPerRound = 6;
const workers = 8;
/** A round is a node of its own, and takes long: of a second set of kernels the workers would keep none of the first. */
const roundsShare = 1 / 4;
const pageKib = 64;
/** Time of one call, about: several batches for the scheduler, so that each worker gets one. */
const callMs = 6;
const fillMsPerPage = 0.001;

/** What an instance costs after a call that dirties its whole memory. */
export const memoryInstance: readonly Figure[] = [figureOf(1), figureOf(16)];

/** What a node grew by in one round, in KiB of proportional set size. */
interface Growth {
  /** By deploying the kernels: each worker makes its instances. */
  readonly deployed: number;
  /** By the calls after that. */
  readonly called: number;
}

function figureOf(pages: number): Figure {
  const memory = pages * pageKib;
  return {
    name: `memory.instance.${pages}-page${pages === 1 ? "" : "s"}`,
    about: `Pss of a node per warm instance, after one call that dirties all its memory ÷ that memory (${memory} KiB)`,
    unit: "KiB",
    target: 2,
    better: "lower",
    async run(bench) {
      const kernels = Math.min(kernelsMax, bench.plan.rounds * kernelsPerRound);
      const rounds: Growth[] = [];
      while (rounds.length < bench.plan.rounds * roundsShare) {
        bench.note(`node ${rounds.length + 1}`);
        rounds.push(await measureRound(bench, pages, kernels));
      }
      const each = (pick: (growth: Growth) => number): number =>
        median(rounds.map(pick)) / (kernels * workers);
      const value = each(({ deployed, called }) => deployed + called);
      return {
        value,
        baseline: memory,
        ratio: value / memory,
        details: {
          headers: ["what", "KiB"],
          rows: [
            ["memory of an instance", memory],
            ["a node grows by each instance made", each(({ deployed }) => deployed).toFixed(1)],
            ["and by the first call of each", each(({ called }) => called).toFixed(1)],
          ],
        },
        settings: { kernels: String(kernels), workers: String(workers) },
      };
    },
  };
}

async function measureRound({ scope }: Bench, pages: number, kernels: number): Promise<Growth> {
  await using round = new AsyncDisposableStack();
  scope.defer(() => round.disposeAsync()); // an interrupted run ends the processes of the round too
  const running = await startFabric(round, { nodes: 1, workers });
  const [pid = Number.NaN] = running.nodePids;
  const instances = kernels * workers;
  await warmUp(running);
  const before = await pssAtRest(pid);
  for (let tag = 0; tag < kernels; tag++) await deploy(running, `dirty_${tag}`, pages, tag);
  const deployed = await pssAtRest(pid);
  const filled = filledMappings(pid, pages);
  for (let sweep = 1; sweep <= sweepsMax; sweep++) {
    for (let tag = 0; tag < kernels; tag++) await callOnEachWorker(running, `dirty_${tag}`, pages);
    if (filledMappings(pid, pages) - filled < instances) continue;
    return { deployed: deployed - before, called: (await pssAtRest(pid)) - deployed };
  }
  throw new Error(
    `after ${sweepsMax} calls for each, not all ${instances} instances have dirtied their memory`,
  );
}

/** Nobody can choose the worker of a call; what the system says of the memory tells whether all had theirs. */
const sweepsMax = 5;

/** Lets the heaps of all threads grow to what they are under load, as that is no part of an instance. */
async function warmUp(running: BenchFabric): Promise<void> {
  for (let tag = 0; tag < warmKernels; tag++) {
    const name = `warm_${tag}`;
    await deploy(running, name, 1, kernelsMax + tag);
    const inputs = Array.from({ length: warmCalls }, () => ({ value: 1 }));
    for await (const { value } of running.fabric.map<number>(`${name}/dirty`, inputs)) expectFresh(value, 1);
  }
}

const warmKernels = 4;
const warmCalls = 60_000;

async function deploy({ fabric }: BenchFabric, name: string, pages: number, tag: number): Promise<void> {
  await fabric.admin.deploy(dirtyModule(pages, "sparse", tag), { name, raw: true });
}

/** The first call tells the scheduler how long one takes: too long to put several into a batch. */
async function callOnEachWorker({ fabric }: BenchFabric, name: string, pages: number): Promise<void> {
  const input = { value: 7, times: Math.ceil(callMs / (fillMsPerPage * pages)) };
  const call = async (): Promise<void> =>
    expectFresh(await fabric.invoke<number>(`${name}/dirtySlowly`, input), 7);
  await call();
  await Promise.all(Array.from({ length: workers }, call));
}

function expectFresh(result: unknown, value: number): void {
  if (result !== value)
    throw new Error(`a call with ${value} gave ${String(result)}: its state was not fresh`);
}

const pollMs = 200;
/** Two looks that differ by less are the same. */
const restKib = 32;
const looksMax = 50;

/** The proportional set size of a process in KiB, once it does not move any more. */
async function pssAtRest(pid: number): Promise<number> {
  let last = pssOf(pid);
  for (let looks = 0; looks < looksMax; looks++) {
    await wait(pollMs);
    const now = pssOf(pid);
    if (Math.abs(now - last) < restKib) return now;
    last = now;
  }
  throw new Error(`the memory of process ${pid} does not come to rest: ${last} KiB by now`);
}

function pssOf(pid: number): number {
  const [, kib] = /^Pss: +(\d+) kB$/m.exec(ofProcess(pid, "smaps_rollup")) ?? [];
  if (kib === undefined) throw new Error(`/proc/${pid}/smaps_rollup has no line "Pss"`);
  return Number(kib);
}

/** How many mappings of a process have the size of the memory of an instance and are there as a whole. */
function filledMappings(pid: number, pages: number): number {
  const kib = pages * pageKib;
  const mappings = ofProcess(pid, "smaps").matchAll(/^Size: +(\d+) kB\n[^]*?^Rss: +(\d+) kB$/gm);
  return [...mappings].filter(([, size, resident]) => Number(size) === kib && Number(resident) === kib)
    .length;
}

function ofProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (process.platform === "linux") throw error;
    throw new Unavailable(`it reads /proc/<pid>/${file}, which only Linux has; run it there`);
  }
}
