/**
 * `npm start`: six differential equations on six nodes, one of which is killed; then a parameter sweep over the rest.
 * The script computes nothing: it calls, compares with references, and prints what the replies say.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeddleError } from "../base/error.ts";
import { Builder } from "../compiler/builder.ts";
import { connect } from "../sdk/connect.ts";
import type { Fabric } from "../sdk/fabric.ts";
import { compare } from "./compare.ts";
import { startFabric, type FabricProcess } from "./fabric-process.ts";
import { freePort } from "./free-port.ts";
import { buildLibraryKernel, deployBuilt, deployLibrary, type BuiltFile } from "./library.ts";
import { errorMax, longProblem, problems } from "./problems.ts";
import { solveAll, type Solved } from "./solve.ts";
import { runSweep, type SweepOutcome } from "./sweep-run.ts";
import { formatCount, formatMilliseconds, problemTable, table } from "./table.ts";

const nodeCount = 6;
const sweepCount = 100_000;
const compareCount = 5_000;
/** The kernel of all the problems and of the sweep. */
const equations = "ode.ts";

const usage = `usage: npm start [-- --exit]

Starts a fabric of ${nodeCount} nodes, solves ${problems.length} differential equations on it while a node is killed, and maps a
parameter sweep over the rest. Then the fabric stays up until Ctrl-C; with --exit it ends after the tables, with
exit code 0 only if all went well.
`;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(usage);
    return 0;
  }
  const unknown = argv.find((word) => word !== "--exit");
  if (unknown !== undefined) {
    process.stderr.write(`npm start: unknown argument "${unknown}"\n${usage}`);
    return 2;
  }
  const interrupted = untilInterrupted();
  const data = await mkdtemp(join(tmpdir(), "heddle-start-"));
  const stops: (() => Promise<void> | void)[] = [() => rm(data, { recursive: true, force: true })];
  try {
    return await Promise.race([demonstrate(argv.includes("--exit"), data, stops, interrupted), interrupted]);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** Resolves with the exit code of a program that Ctrl-C or SIGTERM ended. */
function untilInterrupted(): Promise<number> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve(130));
    process.once("SIGTERM", () => resolve(143));
  });
}

async function demonstrate(
  exit: boolean,
  data: string,
  stops: (() => Promise<void> | void)[],
  interrupted: Promise<number>,
): Promise<number> {
  say(`starting a fabric with ${nodeCount} nodes …`);
  const builder = new Builder();
  stops.push(() => builder.stop());
  const building = buildLibraryKernel(builder, equations);
  building.catch(() => {}); // awaited below; until then it must not count as unhandled
  const running = await startFabric(nodeCount, [await freePort(7070), await freePort(7071)], data);
  stops.push(() => running.stop());
  const fabric = await connect(running.ready.grpc);
  stops.push(() => fabric.close());
  const ode = await building;
  await deployBuilt(fabric, ode, say);
  say(`solving ${problems.length} initial value problems, and deploying the other kernels meanwhile …`);
  const [solved] = await Promise.all([
    solveAll(fabric, (pid) => process.kill(pid, "SIGKILL"), say),
    deployLibrary(fabric, builder, equations, say),
  ]);
  say(`\nsweeping ${formatCount(sweepCount)} trajectories over the nodes that are left …`);
  const sweep = await runSweep(fabric, sweepCount, process.stderr);
  const faults = faultsOf(solved, sweep);
  printResults(solved, sweep);
  await printComparison(fabric, ode);
  for (const fault of faults) process.stderr.write(`npm start: ${fault}\n`);
  if (exit) return faults.length === 0 ? 0 : 1;
  printInvitation(running);
  // When both have happened, the interruption came first: it ends the fabric.
  const said = await Promise.race([interrupted, running.ended]);
  return typeof said === "number" ? said : failed(said);
}

function failed(said: string): number {
  process.stderr.write(`npm start: ${said}\n`);
  return 1;
}

/** What did not go as promised. */
function faultsOf(solved: Solved, sweep: SweepOutcome): string[] {
  const faults: string[] = [];
  for (const row of solved.rows) {
    if (!(row.error <= errorMax)) faults.push(`${row.problem}: the error ${row.error} is above ${errorMax}`);
  }
  const long = solved.rows.find((row) => row.problem === longProblem.title);
  const nodes = new Set(long?.nodes);
  if (solved.killed === undefined) faults.push("no node was killed");
  else if (long === undefined || long.attempts < 2 || nodes.size < 2) {
    faults.push(
      `the killed node's problem shows ${long?.attempts ?? 0} attempts on ${nodes.size} nodes, not two on two`,
    );
  }
  if (sweep.wrong !== undefined) faults.push(sweep.wrong);
  return faults;
}

function printResults(solved: Solved, sweep: SweepOutcome): void {
  say(`\n${problemTable(solved.rows)}\n`);
  const perSecond = formatCount((sweep.count * 1000) / sweep.milliseconds);
  const verdict = sweep.wrong === undefined ? "every result is right" : sweep.wrong;
  say(
    `sweep: ${formatCount(sweep.count)} trajectories of ${sweep.stepsMin} to ${sweep.stepsMax} steps in ` +
      `${formatMilliseconds(sweep.milliseconds)} ms, ${perSecond}/s; ${verdict}`,
  );
}

async function printComparison(fabric: Fabric, { wasm, descriptor }: BuiltFile): Promise<void> {
  const { count, callsMs, mapMs, inProcessMs } = await compare(fabric, wasm, descriptor, compareCount);
  const row = (way: string, ms: number): string[] => [
    way,
    formatMilliseconds(ms),
    formatCount((count * 1000) / ms),
  ];
  const columns = [
    { heading: `${formatCount(count)} trajectories`, align: "left" },
    { heading: "ms", align: "right" },
    { heading: "per second", align: "right" },
  ] as const;
  const rows = [
    row("one call after the other", callsMs),
    row("one map", mapMs),
    row("the same module in this process", inProcessMs),
  ];
  say(`\n${table(columns, rows)}`);
}

function printInvitation({ ready }: FabricProcess): void {
  const at = ready.grpc === "127.0.0.1:7070" ? "" : ` --address ${ready.grpc}`;
  say(`
the fabric stays up: gRPC ${ready.grpc}, HTTP http://${ready.http}; Ctrl-C ends it. Try:
  npx heddle kernels${at}
  npx heddle invoke ode/twoBody '{"eccentricity": 0.5, "duration": 10, "tolerance": 1e-12}'${at}
  curl -s -H 'content-type: application/json' -d '{"text": "warp and weft", "limit": 3}' http://${ready.http}/v1/text/wordCount`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`npm start: ${HeddleError.from(error).message}\n`);
  process.exitCode = 1;
}
