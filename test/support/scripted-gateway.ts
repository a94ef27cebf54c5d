/**
 * A gateway without a scheduler or nodes: it speaks Session and Kernels.Get over a real server, and a script says what
 * becomes of each batch. Its kernels have one function `double`, which the default script computes itself.
 */
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { version } from "../../src/base/version.ts";
import { answererDuplex } from "../../src/rpc/duplex.ts";
import { FrameLink } from "../../src/rpc/frame-link.ts";
import type { GetRequest__Output } from "../../src/rpc/generated/heddle/v1/GetRequest.ts";
import type { GetResponse } from "../../src/rpc/generated/heddle/v1/GetResponse.ts";
import { fabricService, heddle } from "../../src/rpc/services.ts";
import { toStatus } from "../../src/rpc/status.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { readFirstHello } from "../../src/wire/first-frame.ts";
import { emptyResult, noBytes, type BatchFrame, type HelloFrame } from "../../src/wire/frame.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { readKernelSchema, type FunctionSchema } from "../../src/wire/schema.ts";
import { fieldOf, messageOf, methodOf, setOf } from "./descriptor-builder.ts";
import { FrameRecorder } from "./frame-recorder.ts";

/** The descriptor of a kernel `name` with `double(number: f64, padding: bytes): f64`. */
export function doublingDescriptor(name: string): Uint8Array<ArrayBuffer> {
  const request = messageOf("DoubleRequest", [
    fieldOf("number", 1, "double"),
    fieldOf("padding", 2, "bytes"),
  ]);
  const response = messageOf("DoubleResponse", [fieldOf("value", 1, "double")]);
  const methods = [methodOf("Double", `.${name}.DoubleRequest`, `.${name}.DoubleResponse`)];
  const services = [{ name: "DoublingService", methods, comment: "" }];
  return writeDescriptorSet(setOf([request, response], { package: name, services }));
}

function functionOf(kernel: string): FunctionSchema {
  const [only] = readKernelSchema(doublingDescriptor(kernel)).functions;
  if (only === undefined) throw new Error("the kernel has one function");
  return only;
}

const double = functionOf("pure");

/** What the gateway does with a batch frame. */
export type Script = (session: ClientSession, frame: BatchFrame) => void;

/** The session of one client: its frames, and how to answer them. */
export class ClientSession {
  readonly hello: HelloFrame;
  readonly #end = Promise.withResolvers<void>();
  /** Resolves when one of its streams is gone. */
  readonly closed = this.#end.promise;
  readonly frames = new FrameRecorder();
  readonly link: FrameLink;
  /** The version it says with results that a map runs on; empty for none. */
  runsOn: Uint8Array = noBytes;
  /** Messages that came on the small stream, the Hello excepted. */
  messages = 0;

  constructor(hello: HelloFrame, script: Script) {
    this.hello = hello;
    const { frames } = this;
    this.link = new FrameLink({
      hello: (frame) => frames.hello(frame),
      welcome: (frame) => frames.welcome(frame),
      function: (frame) => frames.function(frame),
      batch: (frame) => {
        frames.batch(frame);
        script(this, frame);
      },
      chunk: (id, data) => frames.chunk(id, data),
      cancel: (frame) => frames.cancel(frame),
      result: (frame) => frames.result(frame),
      credit: (frame) => frames.credit(frame),
      log: (frame) => frames.log(frame),
    });
  }

  /** One of its streams is gone. */
  end(): void {
    this.link.close(undefined);
    this.#end.resolve();
  }

  /** Settles items [from, to) of a frame, by default all, with what `double` gives. */
  settle(frame: BatchFrame, from = 0, to = frame.count): void {
    if (from >= to) return;
    const responses = numbersOf(frame)
      .slice(from, to)
      .map((number) => encodeMessage(double.response, { value: number * 2 }));
    this.link.sendResult({
      ...emptyResult,
      id: frame.id,
      first: frame.first + from,
      count: to - from,
      sizes: Uint32Array.from(responses, (response) => response.length),
      payloads: Buffer.concat(responses),
      runMs: new Float32Array(to - from).fill(0.5),
      node: "node-1",
      attempt: 1,
      digest: this.runsOn,
    });
  }

  /** Fails one item of a frame, or several alike. */
  fail(frame: BatchFrame, position: number, reason: string, count = 1): void {
    const { code } = new HeddleError(reason, "");
    const index = frame.first + position;
    const error = {
      code,
      reason,
      message: `item ${index} failed`,
      details: noBytes,
      attempts: 2,
      node: "node-2",
    };
    const errors = [{ ...error, index, retryAfterMs: 0, count }];
    this.link.sendResult({ ...emptyResult, id: frame.id, first: index, count, errors, attempt: 2 });
  }

  /** The numbers of all batches that came, in their order. */
  get numbers(): number[] {
    return this.frames.batches.flatMap(numbersOf);
  }
}

const decoded = new WeakMap<BatchFrame, number[]>();

/** The inputs of a frame. */
export function numbersOf(frame: BatchFrame): number[] {
  const known = decoded.get(frame);
  if (known !== undefined) return known;
  let at = 0;
  const numbers = [...frame.sizes].map((size) => {
    const message = decodeMessage(double.request, inOnePiece(frame.payloads.subarray(at, (at += size))));
    return Number(message["number"]);
  });
  decoded.set(frame, numbers);
  return numbers;
}

/** Answers every item of every frame. */
export const settleAll: Script = (session, frame) => session.settle(frame);

/** Kernels of the gateway: `pure` may be run again, `effect` may not. */
const kernels: Readonly<Record<string, { readonly pure: boolean }>> = {
  pure: { pure: true },
  effect: { pure: false },
};

export interface ScriptedGatewayOptions {
  readonly script?: Script;
  /** What it says its version is. */
  readonly version?: string;
  readonly windowBytes?: number;
  /** Its boot. */
  readonly incarnation?: number;
  /** A Unix socket on which it listens as well. */
  readonly unixPath?: string;
  /** The Unix socket and the port that it says it has; by default those that it has. */
  readonly says?: { readonly unixPath?: string; readonly port?: number };
}

export class ScriptedGateway {
  readonly sessions: ClientSession[] = [];
  script: Script;
  /** The version it says its kernels have. */
  version = "a".repeat(64);
  /** Calls of Kernels.Get. */
  lookups = 0;
  readonly #options: ScriptedGatewayOptions;
  readonly #server: Server;
  #port = 0;
  #waiting: (() => void)[] = [];

  private constructor(options: ScriptedGatewayOptions) {
    this.#options = options;
    this.script = options.script ?? settleAll;
    this.#server = new Server();
    this.#server.addService(fabricService, {
      Session: (stream: ServerDuplexStream<Buffer, Buffer>) => this.#accept(stream),
    });
    this.#server.addService(heddle.Kernels.service, {
      Get: (call: ServerUnaryCall<GetRequest__Output, GetResponse>, answer: sendUnaryData<GetResponse>) =>
        this.#get(call.request.name, answer),
    });
  }

  /** Listens on a free port until the test has finished. */
  static async start(options: ScriptedGatewayOptions = {}): Promise<ScriptedGateway> {
    const gateway = new ScriptedGateway(options);
    gateway.#port = await gateway.#listen("127.0.0.1:0");
    if (options.unixPath !== undefined) await gateway.#listen(`unix:${options.unixPath}`);
    onTestFinished(() => gateway.stop());
    return gateway;
  }

  #listen(address: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The session that came as number `index`, once it is there. */
  async session(index: number): Promise<ClientSession> {
    for (let found = this.sessions[index]; ; found = this.sessions[index]) {
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #accept(stream: ServerDuplexStream<Buffer, Buffer>): void {
    let bound: { readonly session: ClientSession; readonly bulk: boolean } | undefined;
    const duplex = answererDuplex(stream, {
      message: (message) => {
        if (bound === undefined) {
          bound = this.#bind(readFirstHello(message));
          bound.session.link.attach(duplex, bound.bulk);
          if (!bound.bulk) this.#welcome(bound.session);
          return;
        }
        if (!bound.bulk) bound.session.messages++;
        bound.session.link.receive(message, bound.bulk, "opener");
      },
      drained: () => bound?.session.link.pump(),
      closed: () => bound?.session.end(),
    });
  }

  #bind(hello: HelloFrame): { session: ClientSession; bulk: boolean } {
    if (hello.bulk) {
      const session = this.sessions.findLast((known) => known.hello.epoch === hello.epoch);
      if (session === undefined) throw new HeddleError("PROTOCOL", "a bulk stream without its small one");
      return { session, bulk: true };
    }
    return {
      session: new ClientSession(hello, (session, frame) => this.script(session, frame)),
      bulk: false,
    };
  }

  #welcome(session: ClientSession): void {
    session.link.writer?.welcome({
      version: this.#options.version ?? version,
      id: "scripted",
      incarnation: this.#options.incarnation ?? 1,
      windowBytes: this.#options.windowBytes ?? limits.sessionWindowBytes,
      windowItems: limits.sessionWindowItems,
      workers: 0,
      unixPath: this.#options.says?.unixPath ?? this.#options.unixPath ?? "",
      port: this.#options.says?.port ?? this.#port,
    });
    session.link.flush();
    this.sessions.push(session);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #get(name: string, answer: sendUnaryData<GetResponse>): void {
    this.lookups++;
    const kernel = kernels[name];
    if (kernel === undefined) {
      answer(toStatus(new HeddleError("KERNEL_NOT_FOUND", `no kernel "${name}" is deployed`)));
      return;
    }
    const descriptorSet = Buffer.from(doublingDescriptor(name));
    answer(null, { kernel: { name, pure: kernel.pure, digest: this.version }, descriptorSet });
  }
}
