/**
 * One scheduler's pair of Execute streams: the table of functions it uses, its attempts on this node, and the way
 * back for their results.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { FrameLink } from "../rpc/frame-link.ts";
import { checkPeerVersion, version } from "../base/version.ts";
import {
  emptyFunction,
  emptyResult,
  noBytes,
  type BatchFrame,
  type CancelFrame,
  type CreditFrame,
  type FrameSink,
  type FunctionFrame,
  type HelloFrame,
  type ItemErrorFrame,
  type ResultFrame,
} from "../wire/frame.ts";
import type { BatchPart, KernelModule, LogEntry } from "../worker/pool.ts";
import type { Batches, BatchOwner } from "./batches.ts";
import type { LogBudget } from "./log-budget.ts";
import { FunctionTable } from "./function-table.ts";
import { LogOutlet } from "./log-outlet.ts";
import type { ModuleCache } from "./module-cache.ts";

/** What a session needs of its node. */
export interface SessionNode {
  readonly id: string;
  readonly incarnation: number;
  readonly workers: number;
  readonly modules: ModuleCache;
  readonly batches: Batches;
  readonly logBudget: LogBudget;
  /** A scheduler's stream broke with so many attempts under way. */
  dropped(attempts: number): void;
  credit(): CreditFrame;
}

/** Serves one scheduler until its small stream closes. */
export class SchedulerSession implements BatchOwner {
  readonly link: FrameLink;
  readonly #node: SessionNode;
  readonly #functions: FunctionTable;
  readonly #lines: LogOutlet;
  #closed = false;

  constructor(node: SessionNode) {
    this.#node = node;
    this.link = new FrameLink(this.#sink());
    this.#lines = new LogOutlet(this.link, node.logBudget);
    this.#functions = new FunctionTable({
      modules: node.modules,
      ready: (entry) => this.#announce(entry),
      run: (frame, kernel, entry) => this.#run(frame, kernel, entry),
      refuse: (frame, reason, said) => this.refuse(frame, reason, `node ${node.id}: ${said}`),
    });
  }

  /** Answers the hello of either stream and, on the small one, says what the node takes. */
  greet(hello: HelloFrame): void {
    checkPeerVersion(hello.version, `scheduler ${hello.clientId}`);
    if (hello.bulk) return;
    this.link.writer?.welcome({
      version,
      id: this.#node.id,
      incarnation: this.#node.incarnation,
      windowBytes: limits.nodeQueueMaxBytes,
      windowItems: limits.mapFrameItemsMax,
      workers: this.#node.workers,
      unixPath: "",
      port: 0,
    });
    this.sendCredit();
  }

  sendCredit(): void {
    this.link.writer?.credit(this.#node.credit());
    this.link.flush();
  }

  /** The small stream is gone: its work is not wanted any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#functions.close();
    const dropped = this.#node.batches.dropAll(this);
    if (dropped > 0) this.#node.dropped(dropped);
  }

  /** What comes from the scheduler; anything else breaks the protocol. */
  #sink(): FrameSink {
    const unexpected = (what: string): never => {
      throw new HeddleError("PROTOCOL", what);
    };
    return {
      function: (entry) => this.#functions.name(entry),
      batch: (frame) => this.batch(frame),
      droppedBatch: (frame) => this.refuse(frame, "CANCELLED", "its items were cancelled on their way"),
      cancel: (frame) => this.cancel(frame),
      hello: () => unexpected("a second Hello on the same stream"),
      welcome: () => unexpected("a Welcome from the side that opened the stream"),
      result: () => unexpected("a Result from a scheduler"),
      credit: () => unexpected("a Credit from a scheduler"),
      chunk: () => unexpected("a Chunk on the small stream"),
      log: () => unexpected("a Log from a scheduler"),
      pause: () => unexpected("a Pause from a scheduler"),
    };
  }

  #announce(entry: FunctionFrame): void {
    this.link.writer?.function({ ...emptyFunction, number: entry.number });
    this.link.flush();
  }

  #run(frame: BatchFrame, kernel: KernelModule, entry: FunctionFrame): void {
    const refusal = this.#node.batches.submit(this, frame, kernel, entry);
    if (refusal !== undefined) this.refuse(frame, refusal.reason, refusal.message);
  }

  batch(frame: BatchFrame): void {
    if (frame.incarnation === this.#node.incarnation) return this.#functions.batch(frame);
    const said = `batch ${frame.id} is meant for an earlier life of node ${this.#node.id}`;
    this.refuse(frame, "NODE_LOST", said);
  }

  cancel(frame: CancelFrame): void {
    this.link.drop(frame);
    if (this.#functions.cancel(frame)) return;
    this.#node.batches.cancel(this, frame.id, frame.first, frame.count === 0 ? Infinity : frame.count);
  }

  /** Passes a line on, before the outcome of its item. */
  log(frame: BatchFrame, entry: LogEntry): void {
    if (!this.#closed) this.#lines.line(frame, entry);
  }

  /** Reports finished items of an attempt, or those that were taken back from a worker. */
  report(frame: BatchFrame, part: BatchPart): void {
    if (part.takenBack !== undefined) return this.#giveBack(frame, part.takenBack);
    if (part.done) this.#lines.end(frame);
    const result: ResultFrame = {
      ...emptyResult,
      id: frame.id,
      first: frame.first + part.first,
      count: part.count,
      sizes: part.sizes,
      payloads: part.payloads,
      errors: part.failures.map((failure) => itemError(frame.first + failure.index, failure)),
      done: part.done,
      rest: part.rest === undefined ? undefined : itemError(0, part.rest),
      runMs: part.runMs,
      queuedMs: part.queuedMs,
      coldMs: part.coldMs,
      worker: part.worker,
      incarnation: this.#node.incarnation,
    };
    this.#send(result);
  }

  /** Hands back items from `first` of the frame on, which wait behind a long one, so that they run elsewhere. */
  #giveBack(frame: BatchFrame, first: number): void {
    const count = frame.count - first;
    const failure = { ...takenBack, message: `${takenBack.message} on node ${this.#node.id}` };
    const error = { ...itemError(frame.first + first, failure), count };
    const { incarnation } = this.#node;
    this.#send({ ...emptyResult, id: frame.id, first: error.index, count, errors: [error], incarnation });
  }

  /** Ends an attempt of which nothing has started. */
  refuse(
    frame: BatchFrame,
    reason: "NODE_LOST" | "NODE_DRAINING" | "NODE_OVERLOADED" | "MODULE_UNAVAILABLE" | "CANCELLED",
    message: string,
  ): void {
    const { code } = new HeddleError(reason, message);
    this.#send({
      ...emptyResult,
      id: frame.id,
      first: frame.first,
      done: true,
      rest: itemError(0, { code, reason, message }),
      incarnation: this.#node.incarnation,
    });
  }

  #send(result: ResultFrame): void {
    if (!this.#closed) this.link.sendResult(result);
  }
}

const takenBack = new HeddleError("NOT_STARTED", "the item waited behind one that runs long");

function itemError(
  index: number,
  failure: { readonly code: number; readonly reason: string; readonly message: string },
): ItemErrorFrame {
  const { code, reason, message } = failure;
  return { index, code, reason, message, details: noBytes, attempts: 0, node: "", retryAfterMs: 0, count: 0 };
}
