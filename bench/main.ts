/** `npm run bench`: measures figures one after another. Results go to stdout, progress to stderr. */
import { join } from "node:path";
import { figures } from "./figures.ts";
import { readMachine, readVersions } from "./report/machine.ts";
import { helpText, readOptions, type SuiteOptions } from "./options.ts";
import {
  reportDetails,
  reportFigure,
  reportJson,
  reportSummary,
  type Result,
  type Run,
} from "./report/report.ts";
import { readResults, resultsFolder, writeResults } from "./report/results-folder.ts";
import { combineRuns, reportRuns } from "./report/runs.ts";
import { summarizeFolder } from "./processes/profiles-folder.ts";
import { messageOf, Suite } from "./suite.ts";
import { writeDocs } from "./report/write-docs.ts";
import { mergeResults, saveRun } from "./report/saved-results.ts";

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
  if (options.summarize !== undefined) return await summarize(options.summarize);
  if (options.writeDocs) return await publish();
  const run = await measureRuns(options);
  const tableOf = options.runs > 1 ? reportRuns : reportSummary;
  process.stdout.write(`${options.json ? reportJson(run) : tableOf(run.results.map(reportFigure))}\n`);
  return run.results.some(({ kind }) => kind === "failed") ? 1 : 0;
}

/** Measures as often as asked; what was found by then is kept after each run. */
async function measureRuns(options: SuiteOptions): Promise<Run> {
  const interrupted = interruption();
  const runs: Run[] = [];
  for (;;) {
    if (options.runs > 1) note(`run ${runs.length + 1} of ${options.runs}`);
    const latest = await measureAll(options, interrupted);
    runs.push(latest);
    const all = combineRuns(runs);
    if (!options.profile) await keep(all);
    if (runs.length === options.runs) return all;
    if (!options.json) process.stdout.write(`${reportSummary(latest.results.map(reportFigure))}\n\n`);
  }
}

async function measureAll(options: SuiteOptions, interrupted: AbortSignal): Promise<Run> {
  const machine = readMachine();
  const begun = { machine, versions: await readVersions(), measuredAt: new Date().toISOString() };
  const suite = new Suite(options, interrupted, note);
  const results: Result[] = [];
  for (const [index, figure] of options.figures.entries()) {
    note(`${figure.name}: starting (${index + 1} of ${options.figures.length})`);
    const startedAt = performance.now();
    // What was starting when the signal came may keep the process; all that had started has ended by then.
    const result = await suite.measure(figure).catch(() => process.exit(130));
    note(`${figure.name}: ${result.kind} after ${Math.round((performance.now() - startedAt) / 100) / 10} s`);
    results.push(result);
    if (!options.json) process.stdout.write(`${reportDetails(result)}\n`);
  }
  await suite.end();
  return { ...begun, plan: options.quick ? "quick" : "full", results };
}

/** Installs what figures need; one that cannot be had does not keep the others from theirs. */
async function setUp(chosen: SuiteOptions["figures"]): Promise<number> {
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

async function publish(): Promise<number> {
  try {
    await writeDocs(figures.map(({ name }) => name));
    return 0;
  } catch (error) {
    note(`bench: ${messageOf(error)}`);
    return 2;
  }
}

/** Prints what the profiles of a folder say. */
async function summarize(folder: string): Promise<number> {
  try {
    process.stdout.write(await summarizeFolder(folder));
    return 0;
  } catch (error) {
    note(`bench: ${messageOf(error)}`);
    return 2;
  }
}

/** Leaves results and pictures beside the suite; those of a quick run do not mix with others. */
async function keep(run: Run): Promise<void> {
  const names = figures.map(({ name }) => name);
  const folder = run.plan === "quick" ? join(resultsFolder, "quick") : resultsFolder;
  await writeResults(folder, mergeResults(await readResults(folder), saveRun(run), names));
  note(`bench: results and pictures are in ${folder}`);
}

/** Aborts on the first Ctrl-C or SIGTERM. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => controller.abort());
  return controller.signal;
}
