import { Worker } from "node:worker_threads";
import { limits } from "../base/limits.ts";
import { threadUrl } from "./entry.ts";
import type { ThreadData } from "./messages.ts";
import { threadEnvironment, threadFlags } from "./thread-environment.ts";

/** Starts the thread of a worker. */
export function startThread(data: ThreadData): Worker {
  return new Worker(threadUrl, {
    name: "heddle-worker",
    workerData: data,
    transferList: [data.port],
    execArgv: threadFlags(),
    env: threadEnvironment(),
    resourceLimits: {
      maxOldGenerationSizeMb: limits.workerHeapMaxBytes / (1024 * 1024),
      stackSizeMb: limits.workerStackMaxBytes / (1024 * 1024),
    },
  });
}
