/** The fabric under measurement: `heddle up` as a user would start it, in a folder of its own that goes with it. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { connect, type Fabric } from "../../src/index.ts";
import { kernelModule } from "../../test/support/kernels.ts";
import { executionsBefore } from "./executions.ts";
import { nameProcess } from "../processes/process-names.ts";
import { sharedPart } from "../shared-parts.ts";

/** What to start. */
export interface FabricOptions {
  /** Node processes. */
  readonly nodes: number;
  /** Threads of each that run kernels. */
  readonly workers: number;
  /** Variables that its processes have besides those of the suite. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running fabric. */
export interface BenchFabric {
  /** Where the gateway listens. */
  readonly address: string;
  /** A connection of the suite itself, for deploying and for watching the nodes. */
  readonly fabric: Fabric;
  /** The process ids of the nodes. */
  readonly nodePids: readonly number[];
  /** What its nodes had executed before it was asked for: nothing, unless another figure has used it. */
  readonly executedBefore: Promise<number>;
}

const program = fileURLToPath(new URL("../../bin/heddle.js", import.meta.url));
const startTimeoutMs = 120_000;
const stopTimeoutMs = 15_000;

/** Starts gateway, scheduler and nodes on free ports and connects. All of it ends with the scope. */
export async function startFabric(
  scope: AsyncDisposableStack,
  { nodes, workers, environment = {} }: FabricOptions,
): Promise<BenchFabric> {
  const args = ["--nodes", String(nodes), "--workers", String(workers), "--no-restart"];
  const { address, fabric, started } = await startServer(scope, "up", args, environment);
  for (const { id, pid } of started) nameProcess(pid, id);
  const nodePids = started.map(({ pid }) => pid);
  return { address, fabric, nodePids, executedBefore: Promise.resolve(0) };
}

/** A running scheduler without nodes. */
export interface BenchScheduler extends Pick<BenchFabric, "address" | "fabric"> {
  /** What nodes need to join it. */
  readonly secretFile: string;
}

/** Starts gateway and scheduler alone and connects. */
export async function startScheduler(scope: AsyncDisposableStack): Promise<BenchScheduler> {
  const { address, fabric, data } = await startServer(scope, "scheduler", [], {});
  return { address, fabric, secretFile: join(data, "secret") };
}

async function startServer(
  scope: AsyncDisposableStack,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const data = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  scope.defer(() => rm(data, { recursive: true, force: true }));
  const where = ["--port", "0", "--http-port", "0", "--data", data, "--json"];
  const child = spawn(process.execPath, [program, command, ...args, ...where], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    // It ends when the other end of descriptor 3 does, which is here: with this process, however that ends.
    env: { ...process.env, ...environment, HEDDLE_PARENT_FD: "3" },
    detached: true,
  });
  // Nothing is ever written to descriptor 3; an error on it is the child's end, which "exit" tells.
  child.stdio[3]?.on("error", () => {});
  scope.defer(() => endProcess(child));
  const { grpc: address, nodes: started } = await readyLine(child, command);
  nameProcess(child.pid, "gateway");
  const fabric = await connect(address);
  scope.defer(() => fabric.close());
  return { address, fabric, started, data };
}

/**
 * The fabric with these options that figures share (see `shared-parts.ts`). For figures that leave it as they found it,
 * at rest and with all its nodes.
 */
export async function sharedFabric(
  scope: AsyncDisposableStack,
  options: FabricOptions,
): Promise<BenchFabric> {
  let isNew = false;
  const running = await sharedPart(scope, `fabric ${JSON.stringify(options)}`, () => {
    isNew = true;
    return startFabric(scope, options);
  });
  if (isNew) return running;
  const executedBefore = executionsBefore(running.fabric);
  executedBefore.catch(() => {}); // whoever awaits it is told
  return { ...running, executedBefore };
}

/** Builds and deploys a kernel of the tests. */
export async function deployFixture({ fabric }: Pick<BenchFabric, "fabric">, name: string): Promise<void> {
  await fabric.admin.deploy(await kernelModule(name));
}

/** What a fabric says when it is ready, as it is documented. */
interface ReadyLine {
  readonly grpc: string;
  readonly nodes: readonly { readonly id: string; readonly pid: number }[];
}

function readyLine(child: ChildProcess, command: string): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    const fail = (how: string): void => reject(new Error(`heddle ${command} ${how}`));
    const timer = setTimeout(() => fail(`was not ready within ${startTimeoutMs} ms`), startTimeoutMs);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(`ended before it was ready (${signal ?? `exit code ${code}`})`);
    });
    createInterface({ input: child.stdout as Readable }).once("line", (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as ReadyLine); // the command's documented output
    });
  });
}

/** SIGTERM stops a process of a fabric in order; one that takes too long is killed, and its nodes end with it. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await gone;
  clearTimeout(force);
}
