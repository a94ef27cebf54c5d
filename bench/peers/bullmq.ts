/** What the programs of the BullMQ figure know together, and the little of BullMQ that is used here. */
import { loadPackage } from "./installed.ts";

/** What they are told. */
export interface BullmqConfig {
  /** The Unix socket that Redis listens on. */
  readonly path: string;
  readonly payloadBytes: number;
}

/** Name of the queue, and of each job in it. */
export const queueName = "stamp";

/** A job holds JSON, so bytes travel in base64. */
export interface StampJob {
  readonly data: string;
}

interface BaseOptions {
  readonly connection: object;
}

interface JobOptions {
  readonly jobId: string;
  readonly removeOnComplete: boolean;
}

/** A job of a bulk. */
export interface NewJob {
  readonly name: string;
  readonly data: StampJob;
  readonly opts: JobOptions;
}

/** Adds jobs. */
export interface Queue {
  add(name: string, data: StampJob, options: JobOptions): Promise<unknown>;
  addBulk(jobs: readonly NewJob[]): Promise<unknown>;
}

/** Hears of what became of jobs. */
export interface QueueEvents {
  on(
    event: "completed",
    listener: (job: { readonly jobId: string; readonly returnvalue: unknown }) => void,
  ): this;
  on(
    event: "failed",
    listener: (job: { readonly jobId: string; readonly failedReason: string }) => void,
  ): this;
  waitUntilReady(): Promise<unknown>;
}

/** Works jobs off. */
export interface Worker {
  waitUntilReady(): Promise<unknown>;
}

interface WorkerOptions extends BaseOptions {
  readonly concurrency: number;
}

interface Bullmq {
  readonly Queue: new (name: string, options: BaseOptions) => Queue;
  readonly QueueEvents: new (name: string, options: BaseOptions) => QueueEvents;
  readonly Worker: new (
    name: string,
    processor: (job: { readonly data: StampJob }) => Promise<string>,
    options: WorkerOptions,
  ) => Worker;
}

/** BullMQ's classes. */
export function loadBullmq(): Bullmq {
  return loadPackage<Bullmq>("bullmq");
}

/** Options of a connection to Redis; workers and events need one that waits as long as it takes. */
export function connectionTo({ path }: BullmqConfig): BaseOptions {
  return { connection: { path, maxRetriesPerRequest: null } };
}
