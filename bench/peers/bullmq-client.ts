/**
 * The load client of BullMQ: adds a job, and hears of its result by the queue's events. A job's id carries the slot of
 * its call, so that one listener serves all; `job.waitUntilFinished` would ask Redis once more for each.
 */
import { configOf } from "../processes/child.ts";
import { connectionTo, loadBullmq, queueName, type BullmqConfig } from "./bullmq.ts";
import { serveStampLoad } from "./stamp-load.ts";

/** A call that waits for its result. */
interface Waiting {
  replied(returnValue: string): void;
  failed(error: unknown): void;
}

const config = configOf<BullmqConfig>();
const { Queue, QueueEvents } = loadBullmq();
const queue = new Queue(queueName, connectionTo(config));
const events = new QueueEvents(queueName, connectionTo(config));
const waiting = new Map<string, Waiting>();
let sequence = 0;

events.on("completed", ({ jobId, returnvalue }) => settled(jobId)?.replied(String(returnvalue)));
events.on("failed", ({ jobId, failedReason }) => settled(jobId)?.failed(new Error(failedReason)));
await events.waitUntilReady();

serveStampLoad<string>({
  payloadBytes: config.payloadBytes,
  send(data, replied, failed) {
    const jobId = `job-${++sequence}`;
    waiting.set(jobId, { replied, failed });
    const job = { data: Buffer.from(data).toString("base64") };
    queue.add(queueName, job, { jobId, removeOnComplete: true }).catch(failed);
  },
  bytesOf: (returnValue) => Buffer.from(returnValue, "base64"),
});

function settled(jobId: string): Waiting | undefined {
  const call = waiting.get(jobId);
  waiting.delete(jobId);
  return call;
}
