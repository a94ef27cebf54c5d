/**
 * How subjects are compared. A machine is never the same twice: clocks scale, caches fill, others want the processor.
 * So the subjects take turns in short rounds (A B A B …), what drifts drifts under all of them, and each round of the
 * subject is divided by the baseline's round beside it. A figure is the median of these ratios.
 */

import type { Chart } from "./draw/chart.ts";

/** Something that can be measured for a round. */
export interface Subject<Sample> {
  readonly name: string;
  /** Runs for this long, in ms, and gives what was seen. */
  measure(durationMs: number): Promise<Sample>;
}

/** How long a figure is measured. */
export interface Plan {
  /** Load on each subject before the first round, in ms: V8 compiles hot code in steps, the last after seconds. */
  readonly warmUpMs: number;
  /** Rounds of each subject. */
  readonly rounds: number;
  /** Length of a round in ms. */
  readonly roundMs: number;
}

/** What a figure may use. */
export interface Bench {
  readonly plan: Plan;
  /** Whatever a figure starts it leaves here, to be ended when the figure is done, has failed or was interrupted. */
  readonly scope: AsyncDisposableStack;
  /**
   * For what other figures may use as well (see `shared-parts.ts`): in a quick run the scope of the whole run, else the
   * figure's own.
   */
  readonly shared: AsyncDisposableStack;
  /** A line of progress. */
  note(text: string): void;
}

/** A figure of the suite: one comparison, one file. */
export interface Figure {
  readonly name: string;
  /** One sentence: what is divided by what. */
  readonly about: string;
  readonly unit: string;
  /** The ratio to reach. */
  readonly target: number;
  /** Whether the ratio has to reach the target or to stay below it. */
  readonly better: "higher" | "lower";
  run(bench: Bench): Promise<Outcome>;
  /** Installs what the figure needs and npm does not bring; does nothing when it is there. */
  setup?(note: (text: string) => void): Promise<void>;
}

/** What a figure found. */
export interface Outcome {
  /** Median of the subject. */
  readonly value: number;
  /** Median of the baseline. */
  readonly baseline: number;
  /** Median of the ratios of paired rounds; near `value / baseline`, but not the same. */
  readonly ratio: number;
  /** Rows for people. */
  readonly details: Details;
  /** Pictures of what was found. */
  readonly charts?: readonly Chart[];
  /** Versions and settings of what was compared with, for the reader: { "nats-server": "2.9.10", connections: "4" }. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Thrown by a figure that needs something this machine lacks; the message says how to get it. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** A table. */
export interface Details {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/**
 * Starts several things at once. Where one fails, this does when the others have started: they belong to their scope then
 * and end with it.
 */
export async function sideBySide<Parts extends readonly unknown[]>(
  ...starts: { readonly [Index in keyof Parts]: Promise<Parts[Index]> }
): Promise<Parts> {
  await Promise.allSettled(starts);
  return Promise.all(starts) as unknown as Promise<Parts>; // one for each, in their order
}

/** Measures all subjects in turns; gives the samples of each, in the order of the rounds. */
export async function interleave<Sample>(
  subjects: readonly Subject<Sample>[],
  { warmUpMs, rounds, roundMs }: Plan,
  note: (text: string) => void,
): Promise<Sample[][]> {
  for (const subject of subjects) {
    note(`warming up: ${subject.name}`);
    await subject.measure(warmUpMs);
  }
  const samples: Sample[][] = subjects.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    note(`round ${round} of ${rounds}`);
    for (const [index, subject] of subjects.entries()) samples[index]?.push(await subject.measure(roundMs));
  }
  return samples;
}

/**
 * Measures something that happens once at a time, baseline and subject in turns: as many pairs as fit into the rounds, at
 * least one in each. Gives the baseline's values and the subject's.
 */
export async function repeatPairs(
  { plan, note }: Pick<Bench, "plan" | "note">,
  pair: () => Promise<readonly [number, number]>,
): Promise<readonly [readonly number[], readonly number[]]> {
  const pairs: (readonly [number, number])[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    note(`round ${round} of ${plan.rounds}`);
    const end = performance.now() + plan.roundMs;
    do pairs.push(await pair());
    while (performance.now() < end);
  }
  return [pairs.map(([baseline]) => baseline), pairs.map(([, value]) => value)];
}

/** The middle value, or the mean of the two in the middle. Throws for no values. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error("the median of no values is not known");
  return (low + high) / 2;
}

/** The median of the quotients of values at the same place. */
export function ratioOfPairs(values: readonly number[], baselines: readonly number[]): number {
  if (values.length !== baselines.length) {
    throw new Error(`${values.length} rounds cannot be paired with ${baselines.length} of the baseline`);
  }
  return median(values.map((value, index) => value / (baselines[index] ?? Number.NaN)));
}
