/** A few calls that run on a shadow together, and what becomes of them. */
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { inOnePiece } from "../base/rope.ts";
import type { ResultFrame } from "../wire/frame.ts";
import { offsetsOf } from "../wire/payloads.ts";
import type { FunctionSchema } from "../wire/schema.ts";
import type { BatchClient, BatchRecord, FunctionRecord } from "./records.ts";
import { isTelling, type Outcome, type ShadowTally } from "./shadow-report.ts";

/** A version that shadows. */
export interface Shadow {
  readonly digest: string;
  readonly tally: ShadowTally;
  percent: number;
  /** Functions of the serving version with theirs of the shadow. */
  functions: ReadonlyMap<FunctionRecord, FunctionRecord>;
  readonly schemas: ReadonlyMap<string, FunctionSchema>;
  readonly pace: Pace;
  /** Calls to let pass before the next is taken. */
  gap: number;
}

/** How fast a shadow is. */
interface Pace {
  /** The longest run of a call in the last batch of a function, in ms. */
  readonly longestMs: Map<string, number>;
  /** No call is taken before. */
  restUntil: number;
}

/** A call that was answered and is to run on the shadow. */
export interface Sample {
  readonly shadow: Shadow;
  readonly function: FunctionRecord;
  readonly input: Uint8Array;
  readonly answer: Outcome;
  /** What it took, in ms. */
  readonly runMs: number;
  readonly traceId: string;
  readonly bytes: number;
}

/** So many calls that together they take a moment; one to begin with. */
export function batchSize({ shadow, function: fn }: Sample): number {
  const longestMs = shadow.pace.longestMs.get(fn.name);
  if (longestMs === undefined) return 1;
  return Math.max(1, Math.min(limits.shadowBatchMax, Math.floor(limits.batchTargetMs / longestMs)));
}

/** A batch that runs on a shadow. Nobody waits for its results but the tally. */
export class ShadowBatch implements BatchClient {
  readonly key = "shadow";
  record: BatchRecord | undefined;
  readonly tally: ShadowTally | undefined;
  /** How long it may take, in ms: many times what the answers took. */
  readonly patienceMs: number;
  /** It was on a node, and did not come to its end in time. */
  overran = false;
  readonly #samples: (Sample | undefined)[];
  readonly #clock: Clock;
  readonly #done: () => void;
  #longestMs = 0;

  constructor(samples: Sample[], clock: Clock, done: () => void) {
    this.#samples = samples;
    this.#clock = clock;
    this.#done = done;
    this.tally = samples[0]?.shadow.tally;
    const answersMs = samples.reduce((sum, { runMs }) => sum + runMs, 0);
    const { shadowPatienceMs, shadowPatienceFactor, shadowDeadlineMs } = limits;
    this.patienceMs = Math.min(
      shadowDeadlineMs,
      Math.max(shadowPatienceMs, Math.ceil(answersMs * shadowPatienceFactor)),
    );
  }

  result(_batch: BatchRecord, frame: ResultFrame): void {
    const offsets = frame.sizes.length === 0 ? undefined : offsetsOf(frame.sizes);
    for (let at = 0; at < frame.count; at++) {
      const sample = this.#samples[frame.first + at];
      this.#samples[frame.first + at] = undefined;
      if (sample === undefined) continue;
      const outcome = this.#judge(outcomeOf(frame, at, offsets), frame.attempt);
      if (!isTelling(outcome)) sample.shadow.tally.skip(1);
      else this.#compare(sample, outcome);
    }
  }

  /** The first call that was being tried when the time was over stands for the function; those behind it had no chance. */
  #judge(outcome: Outcome, attempt: number): Outcome {
    if (outcome.kind === "result" || outcome.reason !== "DEADLINE" || attempt === 0 || this.overran)
      return outcome;
    this.overran = true;
    const message = `it had not ended after ${this.patienceMs} ms`;
    return { ...outcome, reason: "TIME_LIMIT", message };
  }

  #compare({ shadow, answer, input, traceId, function: { name } }: Sample, outcome: Outcome): void {
    const call = { function: name, schema: shadow.schemas.get(name), input, traceId };
    shadow.tally.compare(call, answer, outcome, Math.round(this.#clock.now()));
    if (outcome.kind === "result") this.#longestMs = Math.max(this.#longestMs, outcome.runMs);
    shadow.pace.longestMs.set(name, this.#longestMs);
  }

  settled(): void {
    for (const sample of this.#samples) sample?.shadow.tally.skip(1);
    this.#done();
  }
}

/** How the item at a position of a frame ended. `offsets` are those of its payloads, if it has any. */
export function outcomeOf(frame: ResultFrame, at: number, offsets: Uint32Array | undefined): Outcome {
  const index = frame.first + at;
  const failed = frame.errors.find(
    (error) => error.index <= index && index < error.index + Math.max(1, error.count),
  );
  if (failed !== undefined) {
    const { code, reason, message } = failed;
    return { kind: "error", code, reason, message };
  }
  const payload = inOnePiece(frame.payloads.subarray(offsets?.[at] ?? 0, offsets?.[at + 1] ?? 0));
  return { kind: "result", payload, runMs: frame.runMs[at] ?? 0 };
}
