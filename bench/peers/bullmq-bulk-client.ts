/** The bulk client of BullMQ: `addBulk` of many jobs, two such bulks under way so that workers never wait. */
import { answerRequests, configOf } from "../processes/child.ts";
import { Stamp } from "../load/stamp.ts";
import { connectionTo, loadBullmq, queueName, type BullmqConfig, type NewJob } from "./bullmq.ts";

/** Jobs in a bulk. */
const bulkSize = 500;

const config = configOf<BullmqConfig>();
const { Queue, QueueEvents } = loadBullmq();
const queue = new Queue(queueName, connectionTo(config));
const events = new QueueEvents(queueName, connectionTo(config));
const stamp = new Stamp(0, config.payloadBytes);
let sequence = 0;
/** Jobs that are under way, and whom to tell of their ends. */
let round = { open: 0, next: (): void => {}, failed: (_error: unknown): void => {} };

events.on("completed", ({ jobId, returnvalue }) => {
  try {
    stamp.next(Number(jobId.slice("bulk-".length)));
    stamp.check(Buffer.from(String(returnvalue), "base64"));
    round.open -= 1;
    if (round.open % bulkSize === 0) round.next();
  } catch (error) {
    round.failed(error);
  }
});
events.on("failed", ({ failedReason }) => round.failed(new Error(failedReason)));
await events.waitUntilReady();
answerRequests("ready", (request) => bulksFor((request as { readonly durationMs: number }).durationMs)); // sent by peer-figure.ts

/** Adds bulks for so long; gives how many jobs there were and how long they took. */
function bulksFor(durationMs: number): Promise<{ readonly calls: number; readonly elapsedMs: number }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    let calls = 0;
    const add = (): void => {
      calls += bulkSize;
      round.open += bulkSize;
      queue.addBulk(Array.from({ length: bulkSize }, newJob)).catch(reject);
    };
    const next = (): void => {
      if (performance.now() - begun < durationMs) add();
      else if (round.open === 0) resolve({ calls, elapsedMs: performance.now() - begun });
    };
    round = { open: 0, next, failed: reject };
    add();
    add();
  });
}

function newJob(): NewJob {
  stamp.next(++sequence);
  const data = { data: stamp.data.toString("base64") };
  return { name: queueName, data, opts: { jobId: `bulk-${sequence}`, removeOnComplete: true } };
}
