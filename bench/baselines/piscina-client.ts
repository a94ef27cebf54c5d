/**
 * The load client of Piscina, which has its threads in the same process. A task is one item or a batch of them; bytes go
 * in and bytes come out, so nothing is encoded or decoded here but the two bytes before the 64 of each item.
 */
import { Piscina } from "piscina";
import { digestOf } from "../../src/kernel/admission.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { configOf } from "../processes/child.ts";
import { kernelModule } from "../../test/support/kernels.ts";
import { serveRounds, type LoadLoop } from "../load/load.ts";
import { Stamp } from "../load/stamp.ts";
import type { PiscinaConfig } from "./piscina.ts";

const { threads, atomics, concurrentTasksPerWorker, itemsPerTask, payloadBytes } = configOf<PiscinaConfig>();
const wasm = await kernelModule("fresh");
const pool = new Piscina({
  filename: new URL("./piscina-worker.ts", import.meta.url).href,
  workerData: await loadKernel(wasm, digestOf(wasm)),
  minThreads: threads,
  maxThreads: threads,
  atomics,
  concurrentTasksPerWorker,
  recordTiming: false,
});
/** Field 1, length-delimited, of a request and of a response. */
const header = Buffer.of(0x0a, payloadBytes);
const size = header.length + payloadBytes;
const name = itemsPerTask === 1 ? "one" : "many";
const tasks: Task[] = [];
let sequence = 0;
let loop: LoadLoop;

serveRounds({
  begin(begun) {
    loop = begun;
  },
  call(slot) {
    (tasks[slot] ??= new Task(slot)).run();
  },
});

/** A task of a slot, which has one under way at a time. */
class Task {
  readonly #slot: number;
  readonly #stamp: Stamp;
  readonly #requests = Buffer.alloc(size * itemsPerTask);
  #first = 0;

  constructor(slot: number) {
    this.#slot = slot;
    this.#stamp = new Stamp(slot, payloadBytes);
  }

  run(): void {
    this.#first = sequence;
    sequence += itemsPerTask;
    for (let item = 0; item < itemsPerTask; item++) {
      this.#stamp.next(this.#first + item);
      this.#requests.set(header, item * size);
      this.#requests.set(this.#stamp.data, item * size + header.length);
    }
    const requests = this.#requests;
    pool.run(itemsPerTask === 1 ? requests : { requests, size }, { name }).then(this.#done, this.#failed);
  }

  readonly #done = (responses: Uint8Array): void => {
    try {
      for (let item = 0; item < itemsPerTask; item++) {
        this.#stamp.next(this.#first + item);
        this.#stamp.check(responses.subarray(item * size + header.length, (item + 1) * size));
      }
      loop.finished(this.#slot);
    } catch (error) {
      loop.failed(error);
    }
  };

  readonly #failed = (error: unknown): void => loop.failed(error);
}
