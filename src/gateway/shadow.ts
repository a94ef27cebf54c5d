/**
 * Shadows: a sample of the calls that the serving version of a kernel answers also runs on the version that shadows it,
 * and the outcomes are compared.
 *
 * A call is taken when it has its outcome, so that whatever becomes of the shadow comes too late to change it. Samples
 * wait in a bounded queue, one small batch of them at a time is under way, and it has the lowest priority there is, so
 * that it gets a node only when no other work wants one. What finds no room is skipped and counted. Which calls are
 * taken is drawn by lot for each call alike: the number of calls between two that are taken is drawn, rather than a lot
 * for each, since maps settle thousands at once.
 */
import type { Clock } from "../base/clock.ts";
import { Deque } from "../base/deque.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { ShadowReport } from "../rpc/generated/heddle/v1/ShadowReport.ts";
import { noBytes, traceBytes, type ResultFrame } from "../wire/frame.ts";
import { offsetsOf } from "../wire/payloads.ts";
import type { FunctionSchema } from "../wire/schema.ts";
import { traceIdOf } from "../wire/traceparent.ts";
import type { Submission } from "./engine.ts";
import type { BatchClient, BatchRecord, FunctionRecord } from "./records.ts";
import type { RoutedKernel } from "./route-store.ts";
import { isTelling, ShadowTally, type Outcome } from "./shadow-report.ts";

/** Below every priority that a caller may choose. */
const lowestPriority = -(2 ** 31);

export interface ShadowsOptions {
  readonly clock: Clock;
  readonly random: Random;
  submit(submission: Submission): BatchRecord;
  cancel(batch: BatchRecord): void;
}

/** A version that shadows. */
interface Shadow {
  readonly digest: string;
  readonly tally: ShadowTally;
  percent: number;
  /** Functions of the serving version with theirs of the shadow. */
  functions: ReadonlyMap<FunctionRecord, FunctionRecord>;
  readonly schemas: ReadonlyMap<string, FunctionSchema>;
  /** Calls to let pass before the next is taken. */
  gap: number;
}

/** A call that was answered and is to run on the shadow. */
interface Sample {
  readonly shadow: Shadow;
  readonly function: FunctionRecord;
  readonly input: Uint8Array;
  readonly answer: Outcome;
  readonly traceId: string;
  readonly bytes: number;
}

export class Shadows {
  readonly #options: ShadowsOptions;
  readonly #byKernel = new Map<string, Shadow>();
  readonly #byFunction = new Map<FunctionRecord, Shadow>();
  readonly #waiting = new Deque<Sample>();
  #bytes = 0;
  #running: ShadowBatch | undefined;
  #state: "open" | "closed" = "open";

  constructor(options: ShadowsOptions) {
    this.#options = options;
  }

  /** A kernel is routed another way, or is gone. */
  route(name: string, kernel: RoutedKernel | undefined): void {
    const before = this.#byKernel.get(name);
    for (const fn of before?.functions.keys() ?? []) this.#byFunction.delete(fn);
    this.#byKernel.delete(name);
    const trial = kernel?.route.trial;
    const version = kernel?.onTrial;
    if (kernel === undefined || trial?.kind !== "shadow" || version === undefined) return;
    const { percent, digest } = trial;
    const functions = new Map<FunctionRecord, FunctionRecord>();
    for (const [fn, record] of kernel.serving.functions) {
      const partner = version.functions.get(fn);
      if (partner !== undefined) functions.set(record, partner);
    }
    const tally = before?.digest === digest ? before.tally : new ShadowTally();
    const schemas = new Map(kernel.serving.admitted.schema.functions.map((schema) => [schema.name, schema]));
    const shadow: Shadow = { digest, tally, percent, functions, schemas, gap: this.#gap(percent) };
    this.#byKernel.set(name, shadow);
    for (const fn of functions.keys()) this.#byFunction.set(fn, shadow);
  }

  /** What the comparison with a shadow has found; undefined when that version does not shadow. */
  report(name: string, digest: string): ShadowReport | undefined {
    const shadow = this.#byKernel.get(name);
    return shadow?.digest === digest ? shadow.tally.report() : undefined;
  }

  /** Items of a batch have their outcome; their inputs are still there. */
  settled(batch: BatchRecord, frame: ResultFrame): void {
    const shadow = this.#byFunction.get(batch.function);
    if (shadow === undefined || this.#state === "closed") return;
    if (shadow.gap >= frame.count) {
      shadow.gap -= frame.count;
      return;
    }
    const offsets = frame.sizes.length === 0 ? undefined : offsetsOf(frame.sizes);
    let at = shadow.gap;
    for (; at < frame.count; at += 1 + this.#gap(shadow.percent)) {
      const answer = outcomeOf(frame, at, offsets);
      if (isTelling(answer)) this.#take(shadow, batch, frame.first + at, answer);
    }
    shadow.gap = at - frame.count;
    this.#start();
  }

  /** Takes nothing more and gives up what runs. */
  close(): void {
    this.#state = "closed";
    const batch = this.#running?.record;
    if (batch !== undefined) this.#options.cancel(batch);
  }

  #take(shadow: Shadow, batch: BatchRecord, index: number, answer: Outcome): void {
    const partner = shadow.functions.get(batch.function);
    const { payloads } = batch.payloads.slice(index, 1);
    const bytes = payloads.length + (answer.kind === "result" ? answer.payload.length : 0);
    const full =
      this.#waiting.length >= limits.shadowCallsMax || this.#bytes + bytes > limits.shadowQueueMaxBytes;
    if (partner === undefined || full) {
      shadow.tally.skip(1);
      return;
    }
    const traceId =
      batch.traces.length === 0 ? traceIdOf(batch.trace) : traceIdOf(batch.traces, index * traceBytes);
    // Copies, so that a sample does not hold the whole frame it came in.
    const kept = answer.kind === "result" ? { ...answer, payload: answer.payload.slice() } : answer;
    this.#bytes += bytes;
    this.#waiting.pushBack({
      shadow,
      function: partner,
      input: payloads.slice(),
      answer: kept,
      traceId,
      bytes,
    });
  }

  /** Starts the next batch when none is under way: calls of one function that wait one behind another. */
  #start(): void {
    if (this.#running !== undefined || this.#state === "closed") return;
    const samples: Sample[] = [];
    for (let next = this.#waiting.front(); next !== undefined; next = this.#waiting.front()) {
      if (samples[0] !== undefined && next.function !== samples[0].function) break;
      if (samples.length >= limits.shadowBatchMax) break;
      samples.push(next);
      this.#waiting.popFront();
      this.#bytes -= next.bytes;
    }
    const [first] = samples;
    if (first === undefined) return;
    const running = new ShadowBatch(samples, this.#options.clock, () => {
      this.#running = undefined;
      this.#start();
    });
    this.#running = running;
    running.record = this.#options.submit({
      client: running,
      clientId: 0,
      function: first.function,
      sizes: Uint32Array.from(samples, ({ input }) => input.length),
      payloads: Buffer.concat(samples.map(({ input }) => input)),
      open: false,
      deadlineMs: limits.shadowDeadlineMs,
      priority: lowestPriority,
      attemptsMax: 1,
      principal: "",
      affinity: "",
      idempotencyKey: "",
      trace: noBytes,
      traces: noBytes,
    });
  }

  /** How many calls to let pass: geometric, so that each is taken with the same chance. Never below 0 for any share. */
  #gap(percent: number): number {
    if (percent >= 100) return 0;
    // log1p, since 1 less a tiny share is 1, of which the logarithm is 0.
    const gap = Math.log1p(-this.#options.random.next()) / Math.log1p(-percent / 100);
    return gap < Number.MAX_SAFE_INTEGER ? Math.floor(gap) : Number.MAX_SAFE_INTEGER;
  }
}

/** A batch that runs on a shadow. Nobody waits for its results but the tally. */
class ShadowBatch implements BatchClient {
  readonly key = "shadow";
  record: BatchRecord | undefined;
  readonly #samples: (Sample | undefined)[];
  readonly #clock: Clock;
  readonly #done: () => void;

  constructor(samples: Sample[], clock: Clock, done: () => void) {
    this.#samples = samples;
    this.#clock = clock;
    this.#done = done;
  }

  result(_batch: BatchRecord, frame: ResultFrame): void {
    const offsets = frame.sizes.length === 0 ? undefined : offsetsOf(frame.sizes);
    for (let at = 0; at < frame.count; at++) {
      const sample = this.#samples[frame.first + at];
      this.#samples[frame.first + at] = undefined;
      if (sample === undefined) continue;
      const outcome = outcomeOf(frame, at, offsets);
      const { shadow, answer, input, traceId } = sample;
      if (!isTelling(outcome)) shadow.tally.skip(1);
      else {
        const { name } = sample.function;
        const call = { function: name, schema: shadow.schemas.get(name), input, traceId };
        shadow.tally.compare(call, answer, outcome, Math.round(this.#clock.now()));
      }
    }
  }

  settled(): void {
    for (const sample of this.#samples) sample?.shadow.tally.skip(1);
    this.#done();
  }
}

/** How the item at a position of a frame ended. `offsets` are those of its payloads, if it has any. */
function outcomeOf(frame: ResultFrame, at: number, offsets: Uint32Array | undefined): Outcome {
  const index = frame.first + at;
  const failed = frame.errors.find(
    (error) => error.index <= index && index < error.index + Math.max(1, error.count),
  );
  if (failed !== undefined) {
    const { code, reason, message } = failed;
    return { kind: "error", code, reason, message };
  }
  const payload = frame.payloads.subarray(offsets?.[at] ?? 0, offsets?.[at + 1] ?? 0);
  return { kind: "result", payload, runMs: frame.runMs[at] ?? 0 };
}
