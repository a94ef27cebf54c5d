/**
 * A whole fabric of real processes for a test: `heddle up` on free ports in a temporary folder. `stop` ends it in order
 * and throws when any process of it is left, so every test that uses one proves that nothing outlives `heddle up`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  connect,
  type ClusterEvent,
  type ConnectOptions,
  type Fabric,
  type NodeInfo,
} from "../../src/index.ts";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import {
  startHeddle,
  heddle,
  type HeddleEnd,
  type HeddleOptions,
  type HeddleProcess,
} from "./heddle-process.ts";
import { kernelModule } from "./kernels.ts";

/** What kind of fabric. */
export interface ClusterOptions {
  /** Node processes; 2 by default. */
  readonly nodes?: number;
  /** Threads per node; 1 by default. */
  readonly workers?: number;
  /** More arguments of `heddle up`. */
  readonly args?: readonly string[];
  /** Kernels of test/fixtures/kernels to deploy. */
  readonly kernels?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that starts bin/heddle.js; that of the test by default. */
  readonly node?: string;
}

/** What `heddle up --json` and `heddle scheduler --json` print when they are ready. */
export interface ReadyLine {
  readonly grpc: string;
  readonly http: string;
  readonly nodes: readonly { readonly id: string; readonly pid: number; readonly address: string }[];
}

/** A fabric that runs. */
export interface Cluster extends ReadyLine {
  /** The `heddle up`. */
  readonly process: HeddleProcess;
  /** Its data folder. */
  readonly folder: string;
  /** A client; closed by `stop`. */
  readonly fabric: Fabric;
  /** Another client of its own; closed by `stop`. */
  connect(options?: ConnectOptions): Promise<Fabric>;
  /** Runs a client command against it. */
  heddle(args: readonly string[], options?: HeddleOptions): Promise<HeddleEnd>;
  /** Starts a client command against it. The caller sees to its end. */
  startHeddle(args: readonly string[], options?: HeddleOptions): HeddleProcess;
  /** Ends it. Throws when it did not end in order or left a process. May be called twice. */
  stop(): Promise<void>;
}

/** Starts a fabric that ends with the test. Its commands and its folder are gone then, whatever the test did. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await openCluster(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** Starts a fabric for all tests of a file: `beforeAll(async () => { … return () => cluster.stop(); })`. */
export async function openCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { nodes = 2, workers = 1, args = [], kernels = [], env = {}, node } = options;
  const folder = mkdtempSync(join(tmpdir(), "heddle-fabric-"));
  const argv = ["up", "--nodes", String(nodes), "--workers", String(workers), "--data", folder, ...anyPort];
  const up = startHeddle([...argv, ...args], { env, ...(node === undefined ? {} : { node }) });
  const clients: Fabric[] = [];
  const connectTo = async (address: string, connecting?: ConnectOptions): Promise<Fabric> => {
    const fabric = await connect(address, connecting);
    clients.push(fabric);
    return fabric;
  };
  const stop = once(async () => {
    for (const client of clients) client.close();
    up.kill("SIGTERM");
    await ended(up, folder);
  });
  try {
    const ready = await readyLine(up);
    const env = { HEDDLE_ADDRESS: ready.grpc };
    const fabric = await connectTo(ready.grpc);
    for (const name of kernels) await fabric.admin.deploy(await kernelModule(name));
    return {
      ...ready,
      process: up,
      folder,
      fabric,
      connect: (connecting) => connectTo(ready.grpc, connecting),
      heddle: (command, how) => heddle(command, { ...how, env: { ...env, ...how?.env } }),
      startHeddle: (command, how) => startHeddle(command, { ...how, env: { ...env, ...how?.env } }),
      stop,
    };
  } catch (error) {
    await stop().catch(() => {}); // the error that led here says more
    throw error;
  }
}

/** Any free ports, and a ready line to read. */
export const anyPort: readonly string[] = ["--port", "0", "--http-port", "0", "--json"];

/** The ready line of `up` or `scheduler`. Throws with what the command said when it ends before that. */
export async function readyLine(process: HeddleProcess): Promise<ReadyLine> {
  const { value, done } = await process.lines.next();
  if (done === true) {
    const { code, signal, stderr } = await process.closed;
    throw new Error(`heddle ended before it was ready (${signal ?? `exit code ${code}`}): ${stderr}`);
  }
  return JSON.parse(value) as ReadyLine; // the command's documented output, which up.test.ts checks
}

/** Nodes as the fabric tells of them, beginning with now, until they are as the test wants them. */
export async function nodesUntil(
  fabric: Fabric,
  wanted: (nodes: ReadonlyMap<string, NodeInfo>) => boolean,
): Promise<ReadonlyMap<string, NodeInfo>> {
  const nodes = new Map<string, NodeInfo>();
  let synced = false;
  for await (const { node, synced: end } of fabric.admin.watch()) {
    if (node?.facts) nodes.set(node.facts.id, node);
    if (end) synced = true;
    if (synced && wanted(nodes)) return nodes;
  }
  throw new Error(`the watch ended before the nodes were as wanted: ${[...nodes.keys()].join(", ")}`);
}

/** An attempt as the fabric tells of it. */
export type AttemptStarted = NonNullable<ClusterEvent["attemptStarted"]>;

/** Resolves once every attempt from now on is seen; `first` then resolves with the first one that is wanted. */
export async function watchAttempts(
  fabric: Fabric,
  wanted: (attempt: AttemptStarted) => boolean,
): Promise<{ readonly first: Promise<AttemptStarted> }> {
  const events = fabric.admin.watch({ attempts: true });
  for (;;) {
    const { value, done } = await events.next();
    if (done === true) throw new Error("the watch ended before it had told of the nodes");
    if (value.synced) return { first: attemptIn(events, wanted) };
  }
}

async function attemptIn(
  events: AsyncGenerator<ClusterEvent>,
  wanted: (attempt: AttemptStarted) => boolean,
): Promise<AttemptStarted> {
  for await (const { attemptStarted } of events)
    if (attemptStarted && wanted(attemptStarted)) return attemptStarted;
  throw new Error("the watch ended before the attempt was started");
}

/** How many of the nodes take work. */
export function readyCount(nodes: ReadonlyMap<string, NodeInfo>): number {
  return [...nodes.values()].filter(({ state }) => state === NodeState.NODE_STATE_READY).length;
}

/** Waits for the end of a command whose data lies in `folder`, and proves that it left nobody behind. */
export async function ended(process: HeddleProcess, folder: string): Promise<HeddleEnd> {
  let hung = false;
  const late = setTimeout(() => {
    hung = true;
    process.kill("SIGKILL");
  }, stopWithinMs);
  try {
    const end = await process.closed;
    const left = processesWith(folder);
    if (left.length > 0) throw new Error(`still alive: ${left.join("; ")}`);
    if (hung) throw new Error(`it did not stop within ${stopWithinMs} ms: ${end.stderr}`);
    return end;
  } finally {
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How long a fabric may take to stop before a test calls it hung. */
const stopWithinMs = 45_000;

/** `pid command` of every process of this machine with a text in its command line. */
export function processesWith(text: string): string[] {
  return commandLines().filter((line) => line.includes(text));
}

function commandLines(): string[] {
  if (process.platform !== "linux") {
    return spawnSync("ps", ["-Aww", "-o", "pid=,command="], { encoding: "utf8" }).stdout.split("\n");
  }
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`];
    } catch {
      return []; // it has ended since the folder was read
    }
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
