/** Piscina as a subject: the same function of the same module, in threads of the client's own process. */
import { startChild } from "../processes/child.ts";
import type { Bench, Subject } from "../harness.ts";
import { requestRound, type Pace } from "../load/load.ts";

/** What a client is told. */
export interface PiscinaConfig {
  readonly threads: number;
  /** How an idle thread waits: asleep until there is work, or in its event loop. */
  readonly atomics: "sync" | "async" | "disabled";
  readonly concurrentTasksPerWorker: number;
  readonly itemsPerTask: number;
  readonly payloadBytes: number;
}

/** Starts a client with a pool; `inFlight` tasks are under way at a time. */
export async function startPiscina(
  { scope }: Bench,
  name: string,
  config: PiscinaConfig,
  inFlight: number,
): Promise<Subject<Pace>> {
  const client = await startChild(scope, "baselines/piscina-client.ts", config);
  return {
    name,
    async measure(durationMs) {
      const { calls, elapsedMs } = await requestRound(client, { inFlight, durationMs });
      return { calls: calls * config.itemsPerTask, elapsedMs };
    },
  };
}
