/**
 * The thread of a worker: waits for batches in its two slots, which the host fills in turn, and runs them in that
 * order, but for an urgent one, which it runs between two items of the one that came before. Between batches it looks for the next one for a moment, where that mostly comes, and then sleeps in
 * `Atomics.wait`; messages are fetched by hand when their counter has moved, so
 * there is no event loop to go through.
 */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { LogLevel } from "../kernel/host-imports.ts";
import { createInstance, type KernelInstance } from "../kernel/instance.ts";
import { BatchMemory, BatchState, Time, Urgency, Word } from "./batch-memory.ts";
import { LogWriter } from "./log-ring.ts";
import { ControlWord, type KernelMessage, type ThreadData, type ToHost, type ToWorker } from "./messages.ts";
import { BatchRunner, threadNow } from "./run-batch.ts";
import { Spin } from "./spin.ts";
import { standBack } from "./stand-back.ts";
import { keepCompiled } from "./thread-environment.ts";

const { port, control: controlBuffer, slots, log: logBuffer } = workerData as ThreadData; // the host starts threads with nothing else
const control = new Int32Array(controlBuffer);
const kernels = new Map<number, { readonly message: KernelMessage; instance: KernelInstance | undefined }>();
const runners: [BatchRunner, BatchRunner] = [createRunner(0), createRunner(1)];
const spin = new Spin(systemClock, limits.workerSpinMs);
/** The bell as it was before the slots were looked at. */
let bell = 0;
let received = 0;
let running = runners[0];
const lines = new LogWriter(logBuffer, threadNow, ring);
Error.stackTraceLimit = limits.stackFramesMax; // for the stacks of kernels that trap

function createRunner(slot: 0 | 1): BatchRunner {
  return new BatchRunner(new BatchMemory(slots[slot]), ring);
}

function post(message: ToHost): void {
  port.postMessage(message);
}

/** Tells the host to look, unless it has been told and has not looked yet. */
function ring(): void {
  if (Atomics.exchange(control, ControlWord.RUNG, 1) === 0) post({ kind: "bell" });
}

function receive(): void {
  while (received !== Atomics.load(control, ControlWord.POSTED)) {
    const envelope = receiveMessageOnPort(port);
    if (envelope === undefined) return; // counted but not there yet cannot be: it is posted first
    received = (received + 1) | 0;
    heed(envelope.message as ToWorker); // the host posts nothing else
  }
}

function heed(message: ToWorker): void {
  switch (message.kind) {
    case "memory":
      runners[message.slot] = new BatchRunner(new BatchMemory(message.buffers), ring);
      return;
    case "kernel":
      learn(message);
      return;
    case "forget":
      kernels.delete(message.number);
      return;
    default:
      message satisfies never;
  }
}

function learn(message: KernelMessage): void {
  const instance = kernels.get(message.number)?.instance;
  kernels.set(message.number, { message, instance });
  if (message.watched !== undefined) instance?.offer(message.watched);
}

function log(level: LogLevel, text: string): void {
  lines.write(running.memory.times[Time.BATCH_ID] ?? 0, running.index, level, text);
}

function instanceFor(number: number, times: Float64Array): KernelInstance {
  const kernel = kernels.get(number);
  if (kernel === undefined) throw new HeddleError("INTERNAL", `the worker does not know kernel ${number}`);
  if (kernel.instance !== undefined) return kernel.instance;
  const began = threadNow();
  const { module, plan, functions, watched } = kernel.message;
  kernel.instance = createInstance({ module, plan, functions, watched, sinks: { log } });
  times[Time.COLD_MS] = threadNow() - began;
  return kernel.instance;
}

function runSlot(slot: 0 | 1): void {
  const runner = runners[slot];
  const { header, times } = runner.memory;
  const number = Atomics.load(header, Word.KERNEL);
  running = runner;
  runner.run(
    () => instanceFor(number, times),
    () => interlude(slot),
  );
  lines.endCall();
  Atomics.store(header, Word.STATE, BatchState.DONE);
  ring();
  restore(number, Atomics.load(header, Word.STOPPED_BYTES) > 0, runner.sampleMs);
}

/** Runs the urgent batch that lies ready behind the one in this slot, if there is one. */
function interlude(slot: 0 | 1): boolean {
  const after = other(slot);
  const { header } = runners[after].memory;
  if (Atomics.load(header, Word.URGENT) === Urgency.NONE || !take(after)) return false;
  Atomics.store(header, Word.URGENT, Urgency.FIRST);
  runSlot(after);
  running = runners[slot];
  return true;
}

/** Takes the batch that lies ready in a slot; false when there is none. */
function take(slot: 0 | 1): boolean {
  const { header } = runners[slot].memory;
  const found = Atomics.compareExchange(header, Word.STATE, BatchState.READY, BatchState.RUNNING);
  if (found !== BatchState.READY) return false;
  receive(); // the batch may name a kernel that was announced just before it
  return true;
}

function other(slot: 0 | 1): 0 | 1 {
  return slot === 0 ? 1 : 0;
}

/** Restores the state while nobody waits for it. An instance that is broken makes room for a new one. */
function restore(number: number, broken: boolean, sampleMs: number): void {
  const kernel = kernels.get(number);
  if (kernel === undefined) return;
  if (!broken) {
    try {
      if (sampleMs > 0) kernel.instance?.observe(sampleMs);
      kernel.instance?.reset();
      return;
    } catch {
      // There was no memory for a new instance; the next batch tries again and tells why it cannot be made.
    }
  }
  kernel.instance = undefined;
}

function hasRung(): boolean {
  return Atomics.load(control, ControlWord.BELL) !== bell;
}

function serve(): never {
  for (let slot: 0 | 1 = 0; ;) {
    bell = Atomics.load(control, ControlWord.BELL);
    receive();
    if (take(slot)) {
      runSlot(slot);
      slot = other(slot);
    } else {
      if (spin.worthwhile()) spin.look(hasRung);
      Atomics.wait(control, ControlWord.BELL, bell);
    }
  }
}

standBack();
post({ kind: "ready" });
keepCompiled();
serve();
