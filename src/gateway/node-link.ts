/**
 * The scheduler's end of one node's Execute streams: dials, greets, keeps the table of functions and carries attempts
 * there and results back.
 */
import type { Client } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import type { Incarnation, KernelDigest, NodeId } from "../base/ids.ts";
import { checkPeerVersion, version } from "../base/version.ts";
import { closeChannel, openChannel, secretMetadata } from "../rpc/channel.ts";
import { openerDuplex, type Duplex } from "../rpc/duplex.ts";
import { FrameLink } from "../rpc/frame-link.ts";
import { keepStreamAlive } from "../rpc/keepalive.ts";
import { executeMethod } from "../rpc/services.ts";
import {
  emptyBatch,
  emptyFunction,
  noSizes,
  noTimes,
  type BatchFrame,
  type CreditFrame,
  type FrameSink,
  type FunctionFrame,
  type LogFrame,
  type ResultFrame,
  type WelcomeFrame,
} from "../wire/frame.ts";
import type { PayloadRange } from "../wire/payloads.ts";
import { LinkFunctions } from "./link-functions.ts";
import type { AttemptRecord, FunctionRecord } from "./records.ts";

/** What a link tells its owner. `down` comes once and last. */
export interface NodeLinkEvents {
  up(link: NodeLink): void;
  credit(link: NodeLink, credit: CreditFrame): void;
  result(link: NodeLink, frame: ResultFrame): void;
  log(link: NodeLink, frame: LogFrame): void;
  ready(link: NodeLink, fn: FunctionRecord): void;
  down(link: NodeLink, error: HeddleError): void;
}

export interface NodeLinkOptions {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly workers: number;
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  /**
   * Where the bulk stream goes. By TCP also on one machine: a Unix socket holds 200 KiB, of which a payload of a mebibyte
   * fills five, each after both processes have had their turn, and the kernel lets TCP hold megabytes.
   */
  readonly bulkAddress: string;
  readonly secret: string;
  /** This scheduler and connection; no other link of any scheduler has the same. */
  readonly clientId: string;
  readonly events: NodeLinkEvents;
  /** Addresses of nodes that the node may ask for a module. */
  peers(link: NodeLink, digest: KernelDigest): readonly string[];
}

export class NodeLink {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly workers: number;
  readonly #options: NodeLinkOptions;
  readonly #link: FrameLink;
  readonly #channels: Client[] = [];
  readonly #functions = new LinkFunctions();
  #state: "dialling" | "up" | "down" = "dialling";

  constructor(options: NodeLinkOptions) {
    this.node = options.node;
    this.incarnation = options.incarnation;
    this.workers = options.workers;
    this.#options = options;
    this.#link = new FrameLink(this.#sink());
  }

  /** Opens the small stream; the bulk stream follows the node's welcome. */
  dial(): void {
    this.#open(false);
  }

  /** Sends a range of a batch as an attempt. */
  dispatch(attempt: AttemptRecord, range: PayloadRange, deadlineMs: number): void {
    const { batch } = attempt;
    const frame: BatchFrame = {
      ...emptyBatch,
      id: attempt.id,
      function: this.#numberOf(batch.function),
      first: attempt.first,
      count: attempt.count,
      sizes: range.sizes,
      payloads: range.payloads,
      deadlineMs,
      priority: batch.priority,
      attempt: attempt.number,
      incarnation: this.incarnation,
      affinity: batch.affinity,
      trace: batch.trace,
      principal: batch.principal,
    };
    this.#link.sendBatch(frame);
  }

  cancel(attempt: AttemptRecord, first: number, count: number): void {
    this.#link.cancel({ id: attempt.id, first, count });
  }

  /** Makes the node fetch a module from here, of which no function is known yet. */
  expect(digest: KernelDigest): void {
    if (this.#functions.stageOf(digest) !== undefined) return;
    const number = this.#functions.skip();
    this.#link.writer?.function({ ...emptyFunction, number, digest: Buffer.from(digest, "hex") });
    this.#link.flush();
  }

  /** Makes the node fetch and compile the function's module; `ready` tells when it has. */
  prepare(fn: FunctionRecord): "ready" | "pending" {
    this.#numberOf(fn);
    this.#link.flush();
    return this.#functions.stageOf(fn.digest) === "ready" ? "ready" : "pending";
  }

  /** How far the node is with a module, as far as it was told of it. */
  stageOf(digest: KernelDigest): "told" | "ready" | undefined {
    return this.#functions.stageOf(digest);
  }

  /** The node could not have the function's module: the next attempt names it anew, with the peers of that time. */
  forget(fn: FunctionRecord): void {
    this.#functions.forget(fn);
  }

  close(): void {
    this.#down(new HeddleError("NODE_LOST", `the link to node ${this.node} was closed`), undefined);
  }

  #numberOf(fn: FunctionRecord): number {
    const known = this.#functions.numberOf(fn);
    if (known !== undefined) return known;
    const peers = this.#functions.stageOf(fn.digest) === "ready" ? [] : this.#options.peers(this, fn.digest);
    const number = this.#functions.add(fn);
    this.#link.writer?.function({
      ...emptyFunction,
      number,
      kernel: fn.kernel,
      function: fn.name,
      digest: Buffer.from(fn.digest, "hex"),
      timeLimitMs: fn.timeLimitMs,
      memoryMaxBytes: fn.memoryMaxBytes,
      peers,
    });
    return number;
  }

  #open(bulk: boolean): void {
    const { address, bulkAddress, secret, clientId } = this.#options;
    const channel = openChannel(bulk ? bulkAddress : address, "fabric", "own");
    this.#channels.push(channel);
    const { path, requestSerialize, responseDeserialize } = executeMethod;
    const stream = channel.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      secretMetadata(secret),
    );
    keepStreamAlive(stream, "fabric");
    const duplex: Duplex = openerDuplex(stream, {
      message: (message) => this.#link.receive(message, bulk, "answerer"),
      chunk: (id, bytes) => this.#link.receiveChunk(id, bytes, bulk),
      drained: () => this.#link.pump(),
      closed: (error) => this.#closed(error),
    });
    duplex.writer.hello({ version, clientId, bulk, namespace: "", principal: "", epoch: 0 });
    duplex.writer.seal();
    this.#link.attach(duplex, bulk);
    duplex.flush();
  }

  #closed(error: HeddleError | undefined): void {
    const said = error === undefined ? "the node ended the stream" : error.rawMessage;
    this.#down(new HeddleError("NODE_LOST", `node ${this.node}: ${said}`, { cause: error }), error);
  }

  #down(error: HeddleError, toPeer: HeddleError | undefined): void {
    if (this.#state === "down") return;
    this.#state = "down";
    this.#link.close(toPeer);
    for (const channel of this.#channels) closeChannel(channel);
    this.#options.events.down(this, error);
  }

  #sink(): FrameSink {
    const unexpected = (what: string): never => {
      throw new HeddleError("PROTOCOL", `node ${this.node} sent a ${what}`);
    };
    return {
      welcome: (frame) => this.#welcome(frame),
      credit: (frame) => this.#options.events.credit(this, frame),
      log: (frame) => this.#options.events.log(this, frame),
      result: (frame) => this.#options.events.result(this, frame),
      droppedResult: (frame) => this.#options.events.result(this, withoutItems(frame)),
      function: (frame) => this.#compiled(frame),
      hello: () => unexpected("Hello"),
      batch: () => unexpected("Batch"),
      chunk: () => unexpected("Chunk"),
      cancel: () => unexpected("Cancel"),
      pause: () => unexpected("Pause"),
    };
  }

  #welcome(frame: WelcomeFrame): void {
    checkPeerVersion(frame.version, `node ${frame.id}`);
    if (frame.id !== this.node || frame.incarnation !== this.incarnation) {
      throw new HeddleError(
        "PROTOCOL",
        `expected node ${this.node} of boot ${this.incarnation}, found ${frame.id} of boot ${frame.incarnation}`,
      );
    }
    if (this.#state !== "dialling") return;
    this.#state = "up";
    this.#open(true);
    this.#options.events.up(this);
  }

  #compiled(frame: FunctionFrame): void {
    const fn = this.#functions.ready(frame.number);
    if (fn !== undefined) this.#options.events.ready(this, fn);
  }
}

/** What is left of a result whose items nobody wants: that its attempt is over, if it says so. */
function withoutItems(frame: ResultFrame): ResultFrame {
  return { ...frame, count: 0, sizes: noSizes, runMs: noTimes, errors: [], bulkBytes: 0 };
}
