/**
 * A node without workers: it registers at a gateway, serves its Executor over a real server, and a script says what
 * becomes of each attempt. By default every response is the request itself, as the kernel `echo` would have it.
 */
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ClientDuplexStream,
  type ServerDuplexStream,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { version } from "../../src/base/version.ts";
import { secretMetadata } from "../../src/rpc/channel.ts";
import { answererDuplex, type Duplex } from "../../src/rpc/duplex.ts";
import { FrameLink } from "../../src/rpc/frame-link.ts";
import type { ModuleCall } from "../../src/rpc/module-stream.ts";
import type { RegisterRequest } from "../../src/rpc/generated/heddle/v1/RegisterRequest.ts";
import type { RegisterResponse__Output } from "../../src/rpc/generated/heddle/v1/RegisterResponse.ts";
import { executorService, heddle } from "../../src/rpc/services.ts";
import { fromStatus } from "../../src/rpc/status.ts";
import { readFirstHello } from "../../src/wire/first-frame.ts";
import {
  emptyResult,
  noBytes,
  type BatchFrame,
  type CancelFrame,
  type FunctionFrame,
  type HelloFrame,
} from "../../src/wire/frame.ts";
import { FrameRecorder } from "./frame-recorder.ts";

type RegisterStream = ClientDuplexStream<RegisterRequest, RegisterResponse__Output>;

/** What the node does with an attempt. */
export type NodeScript = (node: ScriptedNode, frame: BatchFrame) => void;

export interface ScriptedNodeOptions {
  readonly id?: string;
  readonly incarnation?: number;
  readonly workers?: number;
  readonly version?: string;
  /** What its executor says it is, when that differs from what it registered. */
  readonly welcomeId?: string;
  readonly script?: NodeScript;
  /** Compiles a function when it is named; true by default. */
  readonly compiles?: boolean;
  /** Answers to FetchModule; it has no module by default. */
  readonly sendModule?: (call: ModuleCall) => void;
}

export class ScriptedNode {
  readonly id: string;
  readonly incarnation: number;
  readonly frames = new FrameRecorder();
  /** The Hellos of the small streams that schedulers opened. */
  readonly hellos: HelloFrame[] = [];
  script: NodeScript;
  link: FrameLink | undefined;
  readonly #options: ScriptedNodeOptions;
  readonly #server = new Server();
  readonly #duplexes: Duplex[] = [];
  #address = "";
  #stream: RegisterStream | undefined;
  #beat: NodeJS.Timeout | undefined;
  /** How the registration ended; undefined when it ended in order. */
  ended: Promise<HeddleError | undefined> = new Promise(() => {});

  private constructor(options: ScriptedNodeOptions) {
    this.#options = options;
    this.id = options.id ?? "node-1";
    this.incarnation = options.incarnation ?? 1;
    this.script = options.script ?? ((node, frame) => node.echo(frame));
    this.#server.addService(executorService, {
      Execute: (stream: ServerDuplexStream<Buffer, Buffer>) => this.#accept(stream),
      ...(options.sendModule === undefined ? {} : { FetchModule: options.sendModule }),
    });
  }

  /** Listens, without registering. */
  static async start(options: ScriptedNodeOptions = {}): Promise<ScriptedNode> {
    const node = new ScriptedNode(options);
    const port = await new Promise<number>((resolve, reject) => {
      const insecure = ServerCredentials.createInsecure();
      node.#server.bindAsync("127.0.0.1:0", insecure, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    node.#address = `127.0.0.1:${port}`;
    onTestFinished(() => node.stop());
    return node;
  }

  /** Where it listens. */
  get address(): string {
    return this.#address;
  }

  /** Registers at a gateway; resolves when it has been accepted, rejects when it has been refused. */
  register(gateway: string, secret: string): Promise<void> {
    const client = new Client(gateway, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    const method = heddle.Cluster.service.Register;
    const { path, requestSerialize, responseDeserialize } = method;
    const stream: RegisterStream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      secretMetadata(secret),
    );
    this.#stream = stream;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<HeddleError | undefined>();
    this.ended = ended.promise;
    stream.on("data", (response: RegisterResponse__Output) => {
      if (response.accepted) resolve();
    });
    const over = (error: unknown): void => {
      clearInterval(this.#beat);
      const known = error === undefined ? undefined : fromStatus(error);
      ended.resolve(known);
      reject(known ?? new Error("the registration ended"));
      client.close();
    };
    stream.on("error", over);
    stream.on("end", () => over(undefined));
    const { id, incarnation } = this;
    const facts = { id, incarnation, address: this.#address, pid: 1, workers: this.#options.workers ?? 1 };
    stream.write({ facts: { ...facts, version: this.#options.version ?? version } });
    this.#beat = setInterval(() => this.heartbeat(), 1000);
    promise.catch(() => {}); // whoever wants to know awaits it
    return promise;
  }

  heartbeat(): void {
    this.#stream?.write({
      heartbeat: { attempts: 1, executed: 7, memoryBytes: 1000, busyWorkers: 1, workerRestarts: 0 },
    });
  }

  /** Says that it goes. */
  leave(why: string): void {
    this.#stream?.write({ leaving: { why } });
  }

  /** Ends its registration in order. */
  unregister(): void {
    this.#stream?.end();
  }

  /** Ends the streams of its executor. */
  dropLinks(error?: HeddleError): void {
    for (const duplex of this.#duplexes.splice(0)) duplex.close(error);
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#stream?.cancel();
    this.#server.forceShutdown();
  }

  /** Answers items [from, to) of an attempt, by default all of them, with their requests. */
  echo(frame: BatchFrame, from = 0, to = frame.count, done = to === frame.count): void {
    const before = frame.sizes.subarray(0, from).reduce((sum, size) => sum + size, 0);
    const sizes = frame.sizes.slice(from, to);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    this.link?.sendResult({
      ...emptyResult,
      id: frame.id,
      first: frame.first + from,
      count: to - from,
      sizes,
      payloads: frame.payloads.subarray(before, before + bytes),
      done,
      runMs: new Float32Array(to - from).fill(0.25),
      incarnation: this.incarnation,
    });
  }

  /** Fails one item of an attempt and ends it. */
  fail(frame: BatchFrame, position: number, reason: string, message = "it failed"): void {
    const { code } = new HeddleError(reason, "");
    const error = {
      index: frame.first + position,
      code,
      reason,
      message,
      details: noBytes,
      attempts: 0,
      node: "",
    };
    const errors = [{ ...error, retryAfterMs: 0, count: 0 }];
    this.link?.sendResult({
      ...emptyResult,
      id: frame.id,
      first: frame.first + position,
      count: 1,
      errors,
      done: true,
    });
  }

  /** Ends an attempt of which nothing has started. */
  refuse(frame: BatchFrame, reason: string): void {
    const { code } = new HeddleError(reason, "");
    const rest = { index: 0, code, reason, message: "not now", details: noBytes, attempts: 0, node: "" };
    const ending = { done: true, rest: { ...rest, retryAfterMs: 0, count: 0 } };
    this.link?.sendResult({ ...emptyResult, id: frame.id, first: frame.first, ...ending });
  }

  /** Says that it has compiled the function of that number. */
  compiled(number: number): void {
    const frame = this.frames.frames.find(
      (known) => known.kind === "function" && known.frame.number === number,
    );
    if (frame?.kind !== "function") throw new Error(`no function ${number} was named`);
    this.link?.writer?.function({ ...frame.frame, kernel: "", function: "", digest: noBytes });
    this.link?.flush();
  }

  /** Says what it takes. */
  grant(credit: { readonly attempts: number; readonly draining?: boolean }): void {
    const { attempts, draining = false } = credit;
    this.link?.writer?.credit({ queueMs: 1000, queueBytes: 1e9, attempts, draining, held: false });
    this.link?.flush();
  }

  #accept(stream: ServerDuplexStream<Buffer, Buffer>): void {
    let bound: { readonly link: FrameLink; readonly bulk: boolean } | undefined;
    const duplex = answererDuplex(stream, {
      message: (message) => {
        if (bound === undefined) {
          const hello = readFirstHello(message);
          bound = { link: this.#linkOf(hello), bulk: hello.bulk };
          bound.link.attach(duplex, hello.bulk);
          if (!hello.bulk) this.#greet(hello);
        } else {
          bound.link.receive(message, bound.bulk, "opener");
        }
      },
      drained: () => bound?.link.pump(),
      closed: () => bound?.link.close(undefined),
    });
    this.#duplexes.push(duplex);
  }

  #linkOf(hello: HelloFrame): FrameLink {
    if (hello.bulk) {
      if (this.link === undefined) throw new HeddleError("PROTOCOL", "a bulk stream without its small one");
      return this.link;
    }
    const { frames } = this;
    const unwanted = (): void => {
      throw new HeddleError("PROTOCOL", "a scheduler does not send this");
    };
    this.link = new FrameLink({
      hello: unwanted,
      welcome: unwanted,
      chunk: unwanted,
      result: unwanted,
      credit: unwanted,
      log: unwanted,
      function: (frame) => this.#function(frame),
      cancel: (frame) => this.#cancel(frame),
      batch: (frame) => {
        frames.batch(frame);
        this.script(this, frame);
      },
    });
    return this.link;
  }

  /** Ends an attempt that is cancelled whole, as a node does. */
  #cancel(frame: CancelFrame): void {
    this.frames.cancel(frame);
    const attempt = this.frames.batches.find(({ id }) => id === frame.id);
    const all = attempt !== undefined && frame.first <= attempt.first && frame.count >= attempt.count;
    if (all) this.refuse(attempt, "CANCELLED");
  }

  #greet(hello: HelloFrame): void {
    this.hellos.push(hello);
    const id = this.#options.welcomeId ?? this.id;
    const { incarnation } = this;
    const bounds = { windowBytes: 1e9, windowItems: 1024, workers: 1 };
    this.link?.writer?.welcome({ version, id, incarnation, ...bounds, unixPath: "", port: 0 });
    this.grant({ attempts: 16 });
  }

  #function(frame: FunctionFrame): void {
    this.frames.function(frame);
    if (this.#options.compiles !== false) this.compiled(frame.number);
  }
}
