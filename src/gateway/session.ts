/**
 * One client's pair of Session streams: its table of functions, its batches and maps under its own numbers, and their
 * outcomes on the way back. A batch frame with a known number brings the next items of that map.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { checkPeerVersion, version } from "../base/version.ts";
import type { ArrivingBytes } from "../rpc/bulk-arrivals.ts";
import { FrameLink } from "../rpc/frame-link.ts";
import {
  emptyResult,
  noBytes,
  type BatchFrame,
  type CancelFrame,
  type FrameSink,
  type HelloFrame,
  type PauseFrame,
  type ResultFrame,
} from "../wire/frame.ts";
import type { Engine } from "./engine.ts";
import { tracesOf } from "./item-traces.ts";
import type { BatchClient, BatchRecord } from "./records.ts";
import type { Registry } from "./registry.ts";
import { checkRequestKey } from "./request-bounds.ts";
import { SessionFunctions } from "./session-functions.ts";

/** What a session needs of its gateway. */
export interface SessionGateway {
  readonly id: string;
  readonly incarnation: number;
  readonly engine: Engine;
  readonly registry: Registry;
  /** What its sessions together hold of frames that have not come whole. */
  readonly arriving: ArrivingBytes;
  /** Where it listens, once it does. */
  readonly local: LocalWay;
}

/** How clients on the gateway's machine reach it. */
export interface LocalWay {
  /** Path of a Unix socket; empty for none. */
  unixPath: string;
  /** The TCP port. */
  port: number;
}

/** A batch under its client's number: known to the engine, or refused at its first frame while more frames still come. */
type ClientBatch =
  | { readonly kind: "live"; readonly record: BatchRecord; unread: boolean }
  | { readonly kind: "refused"; readonly error: HeddleError };

export class Session implements BatchClient {
  readonly link: FrameLink;
  readonly key: string;
  readonly epoch: number;
  readonly #gateway: SessionGateway;
  readonly #principal: string;
  readonly #functions: SessionFunctions;
  readonly #batches = new Map<number, ClientBatch>();
  /** Maps whose client has not heard which version they run on. */
  readonly #untold = new Set<number>();
  #state: "open" | "paused" | "closed" = "open";

  constructor(gateway: SessionGateway, hello: HelloFrame) {
    this.#gateway = gateway;
    this.key = hello.clientId;
    this.epoch = hello.epoch;
    this.#principal = hello.principal;
    this.#functions = new SessionFunctions(gateway.registry, (frame) => {
      this.link.writer?.function(frame);
      this.link.flush();
    });
    this.link = new FrameLink(this.#sink(), () => this.#resume(), gateway.arriving);
  }

  /** Answers the hello of the small stream, which came by loopback if `near`. Throws VERSION_SKEW. */
  greet(hello: HelloFrame, near: boolean): void {
    checkPeerVersion(hello.version, `client ${hello.clientId}`);
    if (hello.bulk) return;
    this.link.writer?.welcome({
      version,
      id: this.#gateway.id,
      incarnation: this.#gateway.incarnation,
      windowBytes: limits.sessionWindowBytes,
      windowItems: limits.sessionWindowItems,
      workers: 0,
      ...(near ? this.#gateway.local : { unixPath: "", port: 0 }),
    });
    this.link.flush();
  }

  /** The client has gone: nobody waits for its work. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#functions.close();
    for (const batch of this.#batches.values()) {
      if (batch.kind === "live") this.#gateway.engine.cancel(batch.record, 0, Infinity);
    }
    this.#batches.clear();
    this.#untold.clear();
  }

  /** One of its connections takes more again. */
  drained(): void {
    this.link.pump();
    this.#resume();
  }

  result(batch: BatchRecord, frame: ResultFrame): void {
    if (this.#state === "closed") return;
    const told = !this.#untold.delete(batch.clientId);
    this.link.sendResult(told ? frame : { ...frame, digest: Buffer.from(batch.function.digest, "hex") });
    if (this.#state === "open" && this.link.waitingBytes > limits.sessionOutboxBytes) this.#pause(true);
  }

  settled(batch: BatchRecord): void {
    this.#batches.delete(batch.clientId);
    this.#untold.delete(batch.clientId);
  }

  #resume(): void {
    if (this.#state !== "paused" || this.link.waitingBytes >= limits.sessionOutboxBytes / 2) return;
    this.#pause(false);
  }

  #pause(paused: boolean): void {
    this.#state = paused ? "paused" : "open";
    for (const batch of this.#batches.values()) {
      if (batch.kind === "live") this.#gateway.engine.pause(batch.record, paused || batch.unread);
    }
  }

  /** The client's consumer of one map stops or goes on reading. */
  #unread({ id, paused }: PauseFrame): void {
    const batch = this.#batches.get(id);
    if (batch?.kind !== "live") return;
    batch.unread = paused;
    this.#gateway.engine.pause(batch.record, paused || this.#state === "paused");
  }

  #sink(): FrameSink {
    const unexpected = (what: string): never => {
      throw new HeddleError("PROTOCOL", `a client sent a ${what}`);
    };
    return {
      function: (frame) => this.#functions.name(frame),
      batch: (frame) => this.#batch(frame),
      cancel: (frame) => this.#cancel(frame),
      pause: (frame) => this.#unread(frame),
      hello: () => unexpected("second Hello"),
      welcome: () => unexpected("Welcome"),
      chunk: () => unexpected("Chunk on its small stream"),
      result: () => unexpected("Result"),
      credit: () => unexpected("Credit"),
      log: () => unexpected("Log"),
    };
  }

  #batch(frame: BatchFrame): void {
    const known = this.#batches.get(frame.id);
    if (known === undefined) this.#submit(frame);
    else if (known.kind === "refused") this.#refuseMore(frame, known.error);
    else this.#append(known.record, frame);
  }

  #append(record: BatchRecord, frame: BatchFrame): void {
    const next = record.payloads.count;
    if (frame.first !== next) {
      const said = `batch ${frame.id}: the next item is ${next}, a frame came with item ${frame.first}`;
      throw new HeddleError("PROTOCOL", said);
    }
    this.#gateway.engine.append(record, frame.sizes, frame.payloads, frame.open);
  }

  #submit(frame: BatchFrame): void {
    if (frame.first !== 0) {
      // The rest of a map that settled early, by its deadline or a cancel, unless it is a batch of its own.
      if (!frame.open) this.#refuse(frame, beheaded(frame));
      return;
    }
    try {
      this.#gateway.engine.checkOpen();
      this.#checkRoom(frame);
      checkRequestKey("affinity", frame.affinity);
      checkRequestKey("idempotency_key", frame.idempotencyKey);
      const record = this.#gateway.engine.submit({
        client: this,
        clientId: frame.id,
        // By the route of now: a deploy takes effect with the next batch or map.
        function: this.#functions.resolve(frame.function),
        sizes: frame.sizes,
        payloads: frame.payloads,
        open: frame.open,
        deadlineMs: deadlineOf(frame),
        priority: frame.priority,
        attemptsMax: Math.min(frame.attemptsMax, limits.attemptsCap),
        principal: this.#principal,
        affinity: frame.affinity,
        idempotencyKey: frame.idempotencyKey,
        trace: frame.trace,
        ...tracesOf(frame),
      });
      this.#batches.set(frame.id, { kind: "live", record, unread: false });
      if (frame.open) this.#untold.add(frame.id);
      if (this.#state === "paused") this.#gateway.engine.pause(record, true);
    } catch (error) {
      const known = HeddleError.from(error);
      if (known.reason === "PROTOCOL") throw known;
      if (frame.open) this.#batches.set(frame.id, { kind: "refused", error: known });
      this.#refuse(frame, known);
    }
  }

  /** One more batch must fit; a map that does not cannot be answered item by item without remembering it. */
  #checkRoom(frame: BatchFrame): void {
    if (this.#batches.size < limits.sessionBatchesMax) return;
    const said = `the session has ${this.#batches.size} batches under way, which is its limit`;
    throw new HeddleError(frame.open ? "PROTOCOL" : "QUEUE_FULL", said);
  }

  #refuseMore(frame: BatchFrame, error: HeddleError): void {
    if (!frame.open) this.#batches.delete(frame.id);
    this.#refuse(frame, error);
  }

  #refuse(frame: BatchFrame, { code, reason, rawMessage: message }: HeddleError): void {
    if (frame.count === 0) return;
    const { first: index, count } = frame;
    const error = {
      index,
      code,
      reason,
      message,
      details: noBytes,
      attempts: 0,
      node: "",
      retryAfterMs: 0,
      count,
    };
    this.link.sendResult({ ...emptyResult, id: frame.id, first: index, count, errors: [error] });
    if (this.link.smallWaitingBytes > limits.sessionRefusalsMaxBytes) {
      throw new HeddleError("PROTOCOL", "the client is sent refusals and does not read them");
    }
  }

  #cancel(frame: CancelFrame): void {
    this.link.drop(frame);
    const batch = this.#batches.get(frame.id);
    const count = frame.count === 0 ? Infinity : frame.count;
    if (batch?.kind === "live") this.#gateway.engine.cancel(batch.record, frame.first, count);
    else if (batch !== undefined && count === Infinity) this.#batches.delete(frame.id);
  }
}

/** A batch must have all of its items in its one frame. */
function beheaded({ id, first }: BatchFrame): HeddleError {
  const said = `batch ${id} is not under way, and a frame came that begins with item ${first} and not with 0`;
  return new HeddleError("BAD_REQUEST", said);
}

/** Time for the batch in ms: a map may go without a limit, invocations get the longest there is. */
function deadlineOf(frame: BatchFrame): number {
  if (frame.deadlineMs === 0 && frame.open) return 0;
  return frame.deadlineMs === 0 ? limits.deadlineMaxMs : Math.min(frame.deadlineMs, limits.deadlineMaxMs);
}
