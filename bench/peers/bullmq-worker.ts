/** A worker of the BullMQ figure: the same function as `fresh/stamp`, some jobs at a time. */
import { answerRequests, configOf } from "../processes/child.ts";
import { addOnes } from "./add-ones.ts";
import { connectionTo, loadBullmq, queueName, type BullmqConfig, type StampJob } from "./bullmq.ts";

/** Jobs that a worker process has in hand at a time. */
const concurrency = 50;

const work = async ({ data }: { readonly data: StampJob }): Promise<string> =>
  addOnes(Buffer.from(data.data, "base64")).toString("base64");
const { Worker } = loadBullmq();
const worker = new Worker(queueName, work, { ...connectionTo(configOf<BullmqConfig>()), concurrency });
await worker.waitUntilReady();
answerRequests("ready", () => Promise.reject(new Error("a worker takes no requests")));
