/**
 * Shadows: a sample of the calls that the serving version of a kernel answers also runs on the version that shadows it,
 * and the outcomes are compared.
 *
 * A call is taken when it has its outcome, so that whatever becomes of the shadow comes too late to change it. Samples
 * wait in a bounded queue, one small batch of them at a time is under way, and it has the lowest priority there is, so
 * that it gets a node only when no other work wants one. What finds no room is skipped and counted. Which calls are
 * taken is drawn by lot for each call alike: the number of calls between two that are taken is drawn, rather than a lot
 * for each, since maps settle thousands at once.
 *
 * A worker that runs a shadow is not there for other work, so a shadow may hold no more than one for longer than a
 * moment: a function goes alone until its time is known, one that takes far longer than the version that serves is
 * given up, and then the shadow rests for many times as long.
 */
import type { Clock } from "../base/clock.ts";
import { Deque } from "../base/deque.ts";
import { limits } from "../base/limits.ts";
import { inOnePiece } from "../base/rope.ts";
import type { Random } from "../base/random.ts";
import type { ShadowReport } from "../rpc/generated/heddle/v1/ShadowReport.ts";
import { noBytes, type ResultFrame } from "../wire/frame.ts";
import { offsetsOf } from "../wire/payloads.ts";
import { traceIdOfItem } from "./item-traces.ts";
import type { Submission } from "./engine.ts";
import type { BatchRecord, FunctionRecord } from "./records.ts";
import type { RoutedKernel } from "./route-store.ts";
import { batchSize, outcomeOf, ShadowBatch, type Sample, type Shadow } from "./shadow-batch.ts";
import { isTelling, ShadowTally, type Outcome } from "./shadow-report.ts";

/** Below every priority that a caller may choose. */
const lowestPriority = -(2 ** 31);

export interface ShadowsOptions {
  readonly clock: Clock;
  readonly random: Random;
  submit(submission: Submission): BatchRecord;
  cancel(batch: BatchRecord): void;
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
    const kept = trial?.kind === "shadow" && before?.digest === trial.digest ? before : undefined;
    if (before !== undefined && kept === undefined) this.#giveUp(before);
    if (kernel === undefined || trial?.kind !== "shadow" || version === undefined) return;
    const { percent, digest } = trial;
    const functions = new Map<FunctionRecord, FunctionRecord>();
    for (const [fn, record] of kernel.serving.functions) {
      const partner = version.functions.get(fn);
      if (partner !== undefined) functions.set(record, partner);
    }
    const tally = kept?.tally ?? new ShadowTally();
    const pace = kept?.pace ?? { longestMs: new Map<string, number>(), restUntil: -Infinity };
    const schemas = new Map(kernel.serving.admitted.schema.functions.map((schema) => [schema.name, schema]));
    const shadow: Shadow = { digest, tally, percent, functions, schemas, pace, gap: this.#gap(percent) };
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
      if (isTelling(answer)) this.#take(shadow, batch, frame.first + at, answer, frame.runMs[at] ?? 0);
    }
    shadow.gap = at - frame.count;
    this.#start();
  }

  /** Takes nothing more and gives up what runs. */
  close(): void {
    this.#state = "closed";
    this.#cancel();
  }

  #cancel(): void {
    const batch = this.#running?.record;
    if (batch !== undefined) this.#options.cancel(batch);
  }

  /** Nobody wants to know any more what a shadow would say. */
  #giveUp({ tally }: Shadow): void {
    this.#dropWaiting(tally);
    if (this.#running?.tally === tally) this.#cancel();
  }

  /** Gives the number of samples that waited. */
  #dropWaiting(tally: ShadowTally): number {
    let dropped = 0;
    for (let left = this.#waiting.length; left > 0; left--) {
      const sample = this.#waiting.popFront();
      if (sample === undefined) break;
      if (sample.shadow.tally !== tally) {
        this.#waiting.pushBack(sample);
        continue;
      }
      this.#bytes -= sample.bytes;
      dropped++;
    }
    return dropped;
  }

  /** A shadow took far too long. */
  #rest({ pace, tally }: Shadow, patienceMs: number): void {
    pace.restUntil = this.#options.clock.now() + patienceMs * limits.shadowRestFactor;
    tally.skip(this.#dropWaiting(tally));
  }

  #take(shadow: Shadow, batch: BatchRecord, index: number, answer: Outcome, runMs: number): void {
    const partner = shadow.functions.get(batch.function);
    const { payloads } = batch.payloads.slice(index, 1);
    const bytes = payloads.length + (answer.kind === "result" ? answer.payload.length : 0);
    const full =
      this.#waiting.length >= limits.shadowCallsMax || this.#bytes + bytes > limits.shadowQueueMaxBytes;
    const rests = this.#options.clock.now() < shadow.pace.restUntil;
    if (partner === undefined || full || rests) {
      shadow.tally.skip(1);
      return;
    }
    const traceId = traceIdOfItem(batch, index);
    // Copies, so that a sample does not hold the whole frame it came in.
    const kept = answer.kind === "result" ? { ...answer, payload: answer.payload.slice() } : answer;
    this.#bytes += bytes;
    this.#waiting.pushBack({
      shadow,
      function: partner,
      input: inOnePiece(payloads).slice(),
      answer: kept,
      runMs,
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
      if (samples.length >= batchSize(next)) break;
      samples.push(next);
      this.#waiting.popFront();
      this.#bytes -= next.bytes;
    }
    const [first] = samples;
    if (first === undefined) return;
    const running = new ShadowBatch(samples, this.#options.clock, () => {
      this.#running = undefined;
      if (running.overran) this.#rest(first.shadow, running.patienceMs);
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
      deadlineMs: running.patienceMs,
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
