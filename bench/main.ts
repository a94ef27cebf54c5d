/** `npm run bench`: measures figures one after another. Results go to stdout, progress to stderr. */
import { figures } from "./figures.ts";
import { Unavailable, type Figure, type Outcome, type Plan } from "./harness.ts";
import { readMachine, readVersions } from "./machine.ts";
import { helpText, planOf, readOptions, type SuiteOptions } from "./options.ts";
import { reportDetails, reportFigure, reportJson, reportSummary, type Result, type Run } from "./report.ts";
import { readResults, resultsFolder, writeResults } from "./results-folder.ts";
import { mergeResults, saveRun } from "./saved-results.ts";

const note = (text: string): void => void process.stderr.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    note(`bench: ${messageOf(error)}; see npm run bench -- --help`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(helpText());
    return 0;
  }
  if (options.setup) return await setUp(options.figures);
  const run = await measureAll(options);
  process.stdout.write(`${options.json ? reportJson(run) : reportSummary(run.results.map(reportFigure))}\n`);
  await keep(run);
  return run.results.some(({ kind }) => kind === "failed") ? 1 : 0;
}

async function measureAll(options: SuiteOptions): Promise<Run> {
  const interrupted = interruption();
  const machine = readMachine();
  const begun = { machine, versions: await readVersions(), measuredAt: new Date().toISOString() };
  const results: Result[] = [];
  for (const [index, figure] of options.figures.entries()) {
    note(`${figure.name}: starting (${index + 1} of ${options.figures.length})`);
    const result = await measured(figure, planOf(options), interrupted);
    results.push(result);
    if (!options.json) process.stdout.write(`${reportDetails(result)}\n`);
  }
  return { ...begun, plan: options.quick ? "quick" : "full", results };
}

async function measured(figure: Figure, plan: Plan, interrupted: AbortSignal): Promise<Result> {
  try {
    return { kind: "measured", figure, outcome: await measure(figure, plan, interrupted) };
  } catch (error) {
    // What was starting when the signal came may keep the process; all that had started has ended by now.
    if (interrupted.aborted) process.exit(130);
    const why = messageOf(error);
    const isSkipped = error instanceof Unavailable;
    note(`bench: ${isSkipped ? `SKIPPED ${figure.name}` : `${figure.name} could not be measured`}: ${why}`);
    return { kind: isSkipped ? "skipped" : "failed", figure, why };
  }
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
    return await figure.run({ plan, scope, note: (text) => note(`${figure.name}: ${text}`) });
  } finally {
    interrupted.removeEventListener("abort", end);
    await scope.disposeAsync();
  }
}

/** Leaves results and pictures beside the suite. */
async function keep(run: Run): Promise<void> {
  const names = figures.map(({ name }) => name);
  await writeResults(resultsFolder, mergeResults(await readResults(resultsFolder), saveRun(run), names));
  note(`bench: results and pictures are in ${resultsFolder}`);
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
