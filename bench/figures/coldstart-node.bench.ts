import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { echoPath, startRawEcho } from "../baselines/raw-echo.ts";
import { deployFixture, endProcess, startScheduler, type BenchScheduler } from "../subjects/fabric.ts";
import { median, ratioOfPairs, repeatPairs, sideBySide, type Figure } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import { buildCommand } from "../subjects/package.ts";
import { Stamp } from "../load/stamp.ts";

/** How long a node takes from the start of its process to its first result. */
export const coldstartNode: Figure = {
  name: "coldstart.node",
  about: "heddle node spawned to its first result ÷ bare grpc-js server process spawned to its first echo",
  unit: "ms",
  target: 2,
  better: "lower",
  async run({ scope, plan, note }) {
    note("building the package");
    const [command, scheduler] = await sideBySide(buildCommand(scope), startScheduler(scope));
    const caches = await folderIn(scope);
    await deployFixture(scheduler, "fresh");
    const pair = async (): Promise<readonly [number, number]> => [
      await inScope(scope, (own) => timeBare(own, caches)),
      await inScope(scope, (own) => timeNode(own, command, scheduler)),
    ];
    note("warming up");
    await pair(); // fills both compile caches
    const [baselines, values] = await repeatPairs({ plan, note }, pair);
    const row = (name: string, times: readonly number[]): readonly string[] => [
      name,
      Math.round(median(times)).toString(),
      times.map(Math.round).join(" "),
    ];
    return {
      value: median(values),
      baseline: median(baselines),
      ratio: ratioOfPairs(values, baselines),
      details: {
        headers: ["subject", "median ms", "all"],
        rows: [
          row("bare grpc-js server to its first echo", baselines),
          row("heddle node to its first result", values),
        ],
      },
      settings: { starts: String(values.length) },
    };
  },
};

/** From the spawn of the bare server to its first echo, in ms. It has a compile cache, as Heddle's command has. */
async function timeBare(scope: AsyncDisposableStack, caches: string): Promise<number> {
  const begun = performance.now();
  const { address } = await startRawEcho(scope, { NODE_COMPILE_CACHE: caches });
  const client = new Client(address, credentials.createInsecure());
  scope.defer(() => client.close());
  const identity = (message: Buffer): Buffer => message;
  await new Promise<void>((resolve, reject) => {
    const payload = Buffer.alloc(payloadBytes);
    client.makeUnaryRequest(echoPath, identity, identity, payload, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return performance.now() - begun;
}

/** From the spawn of a node with an empty folder to the result of a call that has waited for it, in ms. */
async function timeNode(
  scope: AsyncDisposableStack,
  command: string,
  { address, secretFile, fabric }: BenchScheduler,
): Promise<number> {
  const data = await folderIn(scope);
  const stamp = new Stamp(0, payloadBytes);
  const begun = performance.now();
  const args = ["--scheduler", address, "--secret-file", secretFile, "--data", data, "--workers", "1"];
  const child = spawn(process.execPath, [command, "node", ...args], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    env: { ...process.env, HEDDLE_PARENT_FD: "3" },
    detached: true,
  });
  child.stdio[3]?.on("error", () => {});
  scope.defer(() => endProcess(child));
  stamp.check(await fabric.invoke<Uint8Array>("fresh/stamp", { data: stamp.data }));
  return performance.now() - begun;
}

/** Runs something with a scope of its own, which has ended when this resolves. */
async function inScope<T>(
  outer: AsyncDisposableStack,
  run: (scope: AsyncDisposableStack) => Promise<T>,
): Promise<T> {
  const scope = new AsyncDisposableStack();
  outer.use(scope);
  const value = await run(scope);
  await scope.disposeAsync();
  return value;
}

async function folderIn(scope: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-cold-"));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
