import { join } from "node:path";
import { startChild } from "../processes/child.ts";
import type { Bench } from "../harness.ts";
import { payloadBytes } from "../subjects/invoke-subjects.ts";
import type { BullmqConfig } from "./bullmq.ts";
import { expectPackages, programOf, programVersion, versionOf } from "./installed.ts";
import { peerFigure, workers, type Peer } from "./peer-figure.ts";
import { startServer, temporaryFolder } from "./server.ts";
import { expectRedis, installPackages } from "./setup.ts";

/** BullMQ: jobs in a queue in Redis, worker processes, and a stream of events with their results. */
export const peerBullmq = peerFigure({
  name: "bullmq",
  title: "BullMQ on Redis",
  async setup(note) {
    await installPackages(note);
    expectRedis(note);
  },
  start,
});

/** Server, workers and client. */
export async function start({ scope }: Bench): Promise<Peer> {
  expectPackages("peers.bullmq");
  const command = programOf("peers.bullmq", "redis-server");
  const path = join(await temporaryFolder(scope), "redis.sock");
  // Nothing is written to disk, which is the fastest that Redis can be told to be.
  const args = ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no"];
  await startServer(scope, { command, args, readyLine: "eady to accept connections" });
  const config: BullmqConfig = { path, payloadBytes };
  for (let worker = 0; worker < workers; worker++) await startChild(scope, "peers/bullmq-worker.ts", config);
  return {
    client: await startChild(scope, "peers/bullmq-client.ts", config),
    bulk: {
      name: "addBulk, 500 jobs",
      client: await startChild(scope, "peers/bullmq-bulk-client.ts", config),
    },
    settings: {
      "redis-server": programVersion(command),
      bullmq: versionOf("bullmq"),
      ioredis: versionOf("ioredis"),
    },
  };
}
