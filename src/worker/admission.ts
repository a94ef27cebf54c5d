/**
 * Admits a module in a thread of its own: checking runs over foreign bytes and the start function is foreign code, so
 * both have a time limit. The host only waits.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { digestOf, type AdmittedKernel } from "../kernel/admission.ts";
import { setWasmFlags } from "../kernel/v8-flags.ts";
import { admissionThreadUrl } from "./entry.ts";
import type { AdmissionData, FromAdmission, ToAdmission } from "./messages.ts";
import { threadEnvironment } from "./thread-environment.ts";

/** How long an admission may take, and what is known before. */
export interface AdmissionOptions {
  /** Of the module's bytes; found out by default. */
  readonly digest?: KernelDigest;
  /** All of it, in ms; default `limits.admissionTimeLimitMs`. */
  readonly timeLimitMs?: number;
  /** The start function, in ms; default `limits.startTimeLimitMs`. */
  readonly startTimeLimitMs?: number;
}

/** A thread that admits one module: the one whose bytes it is sent. */
export interface AdmissionThread {
  readonly thread: Worker;
  readonly port: MessagePort;
}

/** Starts such a thread. */
export function startAdmissionThread(): AdmissionThread {
  setWasmFlags();
  const { port1, port2 } = new MessageChannel();
  const data: AdmissionData = { port: port2 };
  const thread = new Worker(admissionThreadUrl, {
    name: "heddle-admission",
    workerData: data,
    transferList: [port2],
    execArgv: [],
    env: threadEnvironment(),
    resourceLimits: { maxOldGenerationSizeMb: limits.admissionHeapMaxBytes / (1024 * 1024) },
  });
  return { thread, port: port1 };
}

/**
 * Admits a module, and starts it once. Rejects with what admission throws, with START_TIMEOUT for a start function
 * that does not end, and with COMPILE_TIMEOUT when the module cannot be checked and compiled in time. `take` gives the
 * thread that does it; by default it is started now.
 */
export async function admitInWorker(
  bytes: Uint8Array,
  options: AdmissionOptions = {},
  take: () => AdmissionThread = startAdmissionThread,
): Promise<AdmittedKernel> {
  if (bytes.length > limits.moduleMaxBytes) {
    const said = `module: it has ${bytes.length} bytes, the limit is ${limits.moduleMaxBytes}`;
    throw new HeddleError("MODULE_TOO_LARGE", said);
  }
  const { thread, port: port1 } = take();
  const { timeLimitMs = limits.admissionTimeLimitMs, startTimeLimitMs = limits.startTimeLimitMs } = options;
  const { promise, resolve, reject } = Promise.withResolvers<AdmittedKernel>();
  const refuse = (reason: Refusal, said: string, cause?: unknown): void => {
    reject(new HeddleError(reason, `module: ${said}`, { cause }));
  };
  /** A host that was busy finds the time over, or the thread gone, before it has looked at what the thread said. */
  const heard = (): boolean => {
    const first = receiveMessageOnPort(port1);
    for (let next = first; next !== undefined; next = receiveMessageOnPort(port1)) {
      hear(next.message as FromAdmission); // the thread posts nothing else
    }
    return first !== undefined;
  };
  let timer = setTimeout(() => {
    if (!heard()) refuse("COMPILE_TIMEOUT", `it could not be checked and compiled within ${timeLimitMs} ms`);
  }, timeLimitMs);
  const hear = (message: FromAdmission): void => {
    switch (message.kind) {
      case "starting":
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!heard())
            refuse("START_TIMEOUT", `its start function did not end within ${startTimeLimitMs} ms`);
        }, startTimeLimitMs);
        return;
      case "admitted":
        return resolve(message.kernel);
      case "refused":
        return reject(new HeddleError(message.failure.reason, message.failure.message));
      default:
        message satisfies never;
    }
  };
  port1.on("message", hear);
  thread.once("error", (cause: unknown) => {
    refuse("BAD_MODULE", `the thread that checked it ended: ${String(cause)}`, cause);
  });
  thread.once("exit", () => {
    heard();
    refuse("BAD_MODULE", "the thread that checked it ended without a word");
    port1.close();
  });
  const copy = new Uint8Array(bytes);
  const message: ToAdmission = { bytes: copy, digest: options.digest ?? digestOf(bytes) };
  port1.postMessage(message, [copy.buffer]);
  try {
    const admitted = await promise;
    endLater(thread, port1);
    return admitted;
  } catch (error) {
    void thread.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a thread that has done its work and waits: a millisecond's work that whoever waits for the deploy need not pay. */
function endLater(thread: Worker, port: MessagePort): void {
  thread.unref();
  port.unref();
  setTimeout(() => void thread.terminate(), limits.admissionSpareDelayMs).unref();
}

type Refusal = "START_TIMEOUT" | "COMPILE_TIMEOUT" | "BAD_MODULE";
