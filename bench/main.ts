/** `npm run bench`: measures figures one after another. Results go to stdout, progress to stderr. */
import { parseArgs } from "node:util";
import { chooseFigures, figures } from "./figures.ts";
import { Unavailable, type Figure, type Outcome, type Plan } from "./harness.ts";
import { reportDetails, reportJson, reportSummary, type Result } from "./report.ts";

const plans: Readonly<Record<"full" | "quick", Plan>> = {
  full: { warmUpMs: 5000, rounds: 9, roundMs: 1500 },
  quick: { warmUpMs: 4000, rounds: 3, roundMs: 800 },
};

const help = `usage: npm run bench -- [options]

Measures Heddle against baselines on this machine, in turns, with real processes.

  --only NAME   measure this figure, or those below this name; may be repeated
  --quick       few and short rounds: for a look while working
  --json        print one JSON object: { "figures": [ { "name", "value", "unit", "baseline", "ratio", "target", "holds" } ] }
  --setup       install what the chosen figures need and npm did not bring, such as peers; measure nothing
  --help        print this

Figures:
${figures.map(({ name, about }) => `  ${name.padEnd(18)} ${about}`).join("\n")}

Exit codes: 0 all figures were measured or wait for something this machine lacks, 1 one could not be measured, 2 usage, 130 interrupted.
`;

const note = (text: string): void => void process.stderr.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options;
  let chosen;
  try {
    options = readOptions(argv);
    chosen = chooseFigures(options.only);
  } catch (error) {
    note(`bench: ${messageOf(error)}; see npm run bench -- --help`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  if (options.setup) return await setUp(chosen);
  const interrupted = interruption();
  const results: Result[] = [];
  let failures = 0;
  for (const figure of chosen) {
    try {
      const outcome = await measure(figure, options.quick ? plans.quick : plans.full, interrupted);
      results.push({ figure, outcome });
      if (!options.json) process.stdout.write(`${reportDetails({ figure, outcome })}\n`);
    } catch (error) {
      // What was starting when the signal came may keep the process; all that had started has ended by now.
      if (interrupted.aborted) process.exit(130);
      if (error instanceof Unavailable) {
        note(`bench: SKIPPED ${figure.name}: ${error.message}`);
        continue;
      }
      note(`bench: ${figure.name} could not be measured: ${messageOf(error)}`);
      failures += 1;
    }
  }
  process.stdout.write(`${options.json ? reportJson(results) : reportSummary(results)}\n`);
  return failures === 0 ? 0 : 1;
}

function readOptions(argv: readonly string[]): {
  only: readonly string[];
  json: boolean;
  quick: boolean;
  setup: boolean;
  help: boolean;
} {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      setup: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  return values;
}

/** Installs what figures need; one that cannot be had does not keep the others from theirs. */
async function setUp(chosen: readonly Figure[]): Promise<number> {
  let failures = 0;
  for (const { name, setup } of chosen) {
    try {
      await setup?.((text) => note(`${name}: ${text}`));
    } catch (error) {
      note(`bench: ${name} cannot be set up: ${messageOf(error)}`);
      failures += 1;
    }
  }
  return failures === 0 ? 0 : 1;
}

/** Runs a figure; what it started has ended when this settles, whichever way it does. */
async function measure(figure: Figure, plan: Plan, interrupted: AbortSignal): Promise<Outcome> {
  interrupted.throwIfAborted();
  const scope = new AsyncDisposableStack();
  // Ending the processes fails the round that runs, and with it the figure.
  const end = (): void => void scope.disposeAsync();
  interrupted.addEventListener("abort", end, { once: true });
  try {
    note(`${figure.name}: starting`);
    return await figure.run({ plan, scope, note: (text) => note(`${figure.name}: ${text}`) });
  } finally {
    interrupted.removeEventListener("abort", end);
    await scope.disposeAsync();
  }
}

/** Aborts on the first Ctrl-C or SIGTERM. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => controller.abort());
  return controller.signal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
