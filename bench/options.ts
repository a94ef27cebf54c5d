/** The command line of the suite. */
import { parseArgs } from "node:util";
import { chooseFigures, figures } from "./figures.ts";
import type { Figure, Plan } from "./harness.ts";

/** What was asked for. */
export interface SuiteOptions {
  readonly figures: readonly Figure[];
  readonly json: boolean;
  readonly quick: boolean;
  readonly setup: boolean;
  /** How often in a row. */
  readonly runs: number;
  readonly profile: boolean;
  readonly writeDocs: boolean;
  /** A folder whose profiles are to be summed up. */
  readonly summarize: string | undefined;
  readonly help: boolean;
}

/** Reads the command line. Throws for what it does not know. */
export function readOptions(argv: readonly string[]): SuiteOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      runs: { type: "string", default: "1" },
      profile: { type: "boolean", default: false },
      summarize: { type: "string" },
      "write-docs": { type: "boolean", default: false },
      setup: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  const { only, runs: times, summarize, "write-docs": writeDocs, ...flags } = values;
  const runs = Number(times);
  if (!/^\d+$/.test(times) || runs < 1 || runs > runsMax)
    throw new RangeError(`--runs takes a whole number from 1 to ${runsMax}, not ${JSON.stringify(times)}`);
  if (runs > 1 && flags.profile) throw new Error("--profile is of one run: leave out --runs");
  return { ...flags, runs, summarize, writeDocs, figures: chooseFigures(only) };
}

const runsMax = 100;

/** How long each figure is measured. */
export function planOf({ quick, figures: chosen }: Pick<SuiteOptions, "quick" | "figures">): Plan {
  if (!quick) return { warmUpMs: 3_000, rounds: 7, roundMs: 1_000 };
  // Of one or two figures a look may take a while; of all it has to be over in two minutes.
  if (chosen.length <= quickFiguresMax) return { warmUpMs: 4_000, rounds: 3, roundMs: 800 };
  return { warmUpMs: 250, rounds: 3, roundMs: 150 };
}

const quickFiguresMax = 3;

/** How long a run may take in all, in ms: a quick run of many figures leaves out those that it has no time for. */
export function budgetOf({ quick, profile, figures: chosen }: SuiteOptions): number {
  return quick && !profile && chosen.length > quickFiguresMax ? 112_000 : Infinity;
}

/** The text of `--help`. */
export function helpText(): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return `usage: npm run bench -- [options]

Measures Heddle against baselines on this machine, in turns, with real processes. Prints tables, and leaves
bench/results/ with the same, pictures, and what the machine is.

  --only NAME   measure this figure, or those below this name; may be repeated
  --quick       few and short rounds, for a look while working: over within two minutes; what they are too short for on
                this machine is skipped
  --runs N      measure all of it N times in a row; a figure holds when it does in every run, and the numbers that are
                shown are those of the run in the middle
  --json        print one JSON object: { "plan", "measuredAt", "machine", "versions", "figures": [ { "name", "about",
                "value", "unit", "baseline", "ratio", "target", "better", "holds" } ] }; a figure that this machine
                lacks something for has "skipped", one that could not be measured "failed", each with the reason; with
                --runs each has "runs": [ { "measuredAt", "value", "baseline", "ratio", "holds" } ]
  --profile     leave CPU profiles of all Node processes in bench/profiles/<figure>/, and print what is in them; the
                figures are slower then and are not kept
  --summarize FOLDER
                print what the .cpuprofile files of a folder say; measure nothing
  --write-docs  put the results of full runs that are in bench/results/ into docs/benchmarks.md; measure nothing
  --setup       install what the chosen figures need and npm did not bring, such as peers; measure nothing
  --help        print this

Figures:
${figures.map(({ name, about }) => `  ${name.padEnd(width)} ${about}`).join("\n")}

Exit codes: 0 all figures were measured or wait for something this machine lacks, 1 one could not be measured, 2 usage, 130 interrupted.
`;
}
