/** An executor over a real server, with workers in the test's hands. */
import { onTestFinished } from "vitest";
import { Batches } from "../../src/executor/batches.ts";
import { creditOf } from "../../src/executor/credits.ts";
import { Executor } from "../../src/executor/executor.ts";
import { LogBudget } from "../../src/executor/log-budget.ts";
import { ModuleCache } from "../../src/executor/module-cache.ts";
import { bind, createRpcServer } from "../../src/rpc/server.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import type { WorkerBatch } from "../../src/worker/pool.ts";
import { HeldWorkers } from "./held-workers.ts";
import { kernelModule } from "./kernels.ts";
import { digestOf } from "./module-bytes.ts";
import { SchedulerClient } from "./scheduler-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** An executor of boot 5 with workers in the test's hands, and modules that come from `fetch`. */
export async function startExecutor(fetch: () => Promise<Uint8Array> = () => kernelModule("echo")) {
  const wasm = await kernelModule("echo");
  const clock = { now: () => 0 };
  const workers: HeldWorkers = new HeldWorkers((part) => batches.part(part));
  const batches: Batches = new Batches("node-1", clock, () => workers);
  const store = await openModuleStore({ folder: temporaryFolder() });
  const modules = new ModuleCache({
    store,
    clock,
    fetch: () => fetch().then((bytes) => ({ bytes, facts: undefined, path: undefined })),
    prepare: () => Promise.resolve(),
    offer: () => {},
    forget: () => {},
    notKept: (digest, error) => {
      throw new Error(`module ${digest} was not kept`, { cause: error });
    },
  });
  const credit = () => creditOf(2, batches.draining);
  const drops: number[] = [];
  const executor = new Executor(
    {
      id: "node-1",
      incarnation: 5,
      workers: 2,
      modules,
      batches,
      credit,
      logBudget: new LogBudget(clock),
      dropped: (attempts) => drops.push(attempts),
    },
    "s3cret",
  );
  const server = createRpcServer("fabric");
  executor.addTo(server);
  const address = `127.0.0.1:${await bind(server, { host: "127.0.0.1", port: 0, insecure: false })}`;
  onTestFinished(() => server.forceShutdown());
  return { executor, batches, workers, drops, address, digest: digestOf(wasm) };
}

/** The same with a scheduler that has named function 1 and whose module is compiled. */
export async function connectedExecutor(fetch?: () => Promise<Uint8Array>) {
  const parts = await startExecutor(fetch);
  const scheduler = new SchedulerClient(parts.address, "s3cret");
  await scheduler.frames.count("credit", 1);
  scheduler.openBulk();
  scheduler.name(1, parts.digest);
  return { ...parts, scheduler };
}

/** The first batch that the workers got. */
export function first(workers: HeldWorkers): WorkerBatch {
  const [batch] = workers.batches;
  if (batch === undefined) throw new Error("no batch has come");
  return batch;
}
