/**
 * Kernels against C. Each function takes turns with the same function in C on the same input, in short slices of time,
 * and is divided by it slice by slice; a figure is the geometric mean over the functions, in which twice as slow here
 * and twice as fast there are nothing.
 *
 * The kernel is called as a worker calls it: request bytes are copied in and decoded, the result is encoded, and the
 * state is fresh. The function in C gets raw arrays and leaves raw arrays.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { gccVersion, startCProgram, type CProgram } from "./c-program.ts";
import type { BarChart } from "../draw/chart.ts";
import {
  median,
  ratioOfPairs,
  sideBySide,
  type Bench,
  type Details,
  type Outcome,
  type Plan,
} from "../harness.ts";
import type { KernelCase } from "./cases/case.ts";
import { bytesOf, compareOutputs } from "./cases/values.ts";
import { openLibraryInstance, type LibraryCall, type LibraryInstance } from "./library-instance.ts";

/** What is compared. */
export interface Comparison {
  /** The cases; some need a kernel for their input. */
  cases(instances: ReadonlyMap<string, LibraryInstance>): readonly KernelCase[];
  readonly kernels: readonly string[];
  /** Stands before the names of the functions in C. */
  readonly prefix: string;
  readonly target: number;
}

/** Nanoseconds for one call, slice by slice. */
interface Samples {
  readonly kernel: number[];
  readonly base: number[];
  readonly native: number[];
}

/** Shares of a round of the suite that one slice takes, and rounds at most: there are many functions. */
const slicesPerRound = 50;
const roundsMax = 5;
/** How much further results may lie apart where gcc may fuse a product and a sum, relative. */
const fusedTolerance = 1e-4;

/** Measures all cases. */
export async function compareKernels(bench: Bench, comparison: Comparison): Promise<Outcome> {
  const version = gccVersion();
  bench.note("building");
  // Compilers of both sides work side by side, where something is not built yet.
  const [base, native, instances] = await sideBySide(
    startCProgram(bench.scope, []),
    startCProgram(bench.scope, ["-march=native"]),
    openInstances(comparison.kernels),
  );
  // V8 optimizes what it has compiled in the background.
  await sleep(bench.plan.warmUpMs / 2);
  const cases = comparison.cases(instances);
  const all: Samples[] = [];
  for (const one of cases) {
    bench.note(nameOf(one));
    const call = instances.get(one.kernel)?.call(one.function, one.request);
    if (call === undefined) throw new Error(`kernel ${one.kernel} is not opened`);
    await check(one, call, { base, native, prefix: comparison.prefix });
    all.push(await measure(call, { base, native }, bench.plan));
  }
  return outcomeOf(cases, all, { target: comparison.target, version });
}

async function openInstances(kernels: readonly string[]): Promise<ReadonlyMap<string, LibraryInstance>> {
  const instances = new Map<string, LibraryInstance>();
  for (const kernel of kernels) instances.set(kernel, await openLibraryInstance(kernel));
  return instances;
}

/** Gives both programs the function and proves that they do what the kernel does. */
async function check(
  one: KernelCase,
  call: LibraryCall,
  { base, native, prefix }: { base: CProgram; native: CProgram; prefix: string },
): Promise<void> {
  const inputs = one.arguments.map(bytesOf);
  await base.select(prefix + nameOf(one), inputs);
  await native.select(prefix + nameOf(one), inputs);
  call.run();
  const value = call.value();
  compareOutputs(one, value, await base.outputs(), one.tolerance);
  const tolerance = one.tolerance === 0 ? 0 : Math.max(one.tolerance, fusedTolerance);
  if (one.chaotic !== true) compareOutputs(one, value, await native.outputs(), tolerance);
}

async function measure(
  call: LibraryCall,
  { base, native }: { base: CProgram; native: CProgram },
  plan: Plan,
): Promise<Samples> {
  const sliceMs = plan.roundMs / slicesPerRound;
  const samples: Samples = { kernel: [], base: [], native: [] };
  // So many calls at least that an instance has found out which form suits it.
  for (let warm = 0; warm < plan.rounds; warm++)
    measureCall(call, plan.warmUpMs / slicesPerRound / plan.rounds);
  await base.measure(plan.warmUpMs / slicesPerRound / 4);
  await native.measure(plan.warmUpMs / slicesPerRound / 4);
  for (let round = 0; round < Math.min(plan.rounds, roundsMax); round++) {
    samples.kernel.push(measureCall(call, sliceMs));
    samples.base.push(await base.measure(sliceMs));
    samples.native.push(await native.measure(sliceMs));
  }
  return samples;
}

/** Calls for so long, at least once; gives nanoseconds for one call. */
function measureCall(call: LibraryCall, durationMs: number): number {
  const start = performance.now();
  let calls = 0;
  let passedMs = 0;
  // The clock is read once for so many calls that reading it does not count.
  for (let turn = 1; calls === 0 || passedMs < durationMs; turn = passedMs < 0.02 ? 2 * turn : turn) {
    const began = performance.now();
    for (let index = 0; index < turn; index++) call.run();
    calls += turn;
    const ended = performance.now();
    call.observe((ended - began) / turn);
    passedMs = ended - start;
  }
  return (passedMs / calls) * 1e6;
}

function outcomeOf(
  cases: readonly KernelCase[],
  all: readonly Samples[],
  { target, version }: { target: number; version: string },
): Outcome {
  const base = all.map((samples) => ratioOfPairs(samples.kernel, samples.base));
  const native = all.map((samples) => ratioOfPairs(samples.kernel, samples.native));
  const names = cases.map(nameOf);
  return {
    value: geometricMean(all.map(({ kernel }) => median(kernel))) / 1000,
    baseline: geometricMean(all.map((samples) => median(samples.base))) / 1000,
    ratio: geometricMean(base),
    details: detailsOf(cases, all, base, native),
    charts: [
      chartOf("functions", "time ÷ C, gcc -O3", names, base, target),
      chartOf("native", "time ÷ C, gcc -O3 -march=native", names, native, target),
    ],
    settings: { gcc: version, flags: "-std=gnu11 -O3; beside it -march=native" },
  };
}

function detailsOf(
  cases: readonly KernelCase[],
  all: readonly Samples[],
  base: readonly number[],
  native: readonly number[],
): Details {
  const rows = cases.map((one, index) => {
    const samples = all[index];
    const times = [samples?.kernel, samples?.base, samples?.native].map((list) => micros(median(list ?? [])));
    return [nameOf(one), one.input, ...times, ratio(base[index]), ratio(native[index])];
  });
  // What C does in less than a microsecond says what a call costs, and nothing of kernels.
  const long = cases.flatMap((_, index) => (median(all[index]?.base ?? []) >= 1000 ? [index] : []));
  const every = cases.map((_, index) => index);
  const mean = (name: string, chosen: readonly number[]): string[] => {
    const of = (ratios: readonly number[]): string =>
      ratio(geometricMean(chosen.map((index) => ratios[index] ?? Number.NaN)));
    return [name, `${chosen.length} functions`, "", "", "", of(base), of(native)];
  };
  return {
    headers: ["function", "input", "kernel µs", "C µs", "native µs", "÷ C", "÷ native"],
    rows: [...rows, mean("geometric mean", every), mean("of those above 1 µs in C", long)],
  };
}

function chartOf(
  name: string,
  title: string,
  names: readonly string[],
  ratios: readonly number[],
  target: number,
): BarChart {
  const all = [...names.map((bar, index) => [bar, ratios[index] ?? Number.NaN] as const)];
  const mean = ["geometric mean", geometricMean(ratios)] as const;
  return {
    kind: "bars",
    name,
    title: `Kernels: ${title}`,
    y: { label: "ratio of times", scale: "log" },
    bars: [...all, mean].map(([bar, value]) => ({
      name: bar,
      value,
      label: value.toFixed(2),
      tone: value <= target ? "good" : "bad",
    })),
    from: 1,
    reference: { name: `target ${target}`, value: target },
  };
}

function nameOf(one: KernelCase): string {
  return `${one.kernel}/${one.function}`;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function micros(nanoseconds: number): string {
  const value = nanoseconds / 1000;
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

function ratio(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(2);
}
