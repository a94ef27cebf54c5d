/** A scheduler's end of an Executor's streams, frame by frame. */
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { version } from "../../src/base/version.ts";
import { openerDuplex } from "../../src/rpc/duplex.ts";
import { FrameLink } from "../../src/rpc/frame-link.ts";
import { executeMethod } from "../../src/rpc/services.ts";
import { secretMetadata } from "../../src/rpc/channel.ts";
import { emptyBatch, emptyFunction, type BatchFrame, type HelloFrame } from "../../src/wire/frame.ts";
import { FrameRecorder } from "./frame-recorder.ts";

/** The streams of one scheduler to one node. */
export class SchedulerClient {
  readonly frames = new FrameRecorder();
  readonly link = new FrameLink(this.frames);
  /** How the small stream ended. */
  readonly closed: Promise<HeddleError | undefined>;
  readonly #address: string;
  readonly #metadata: Metadata;
  readonly #hello: HelloFrame;

  /** Opens the small stream; without a secret none is sent. */
  constructor(address: string, secret: string | undefined, hello: Partial<HelloFrame> = {}) {
    this.#address = address;
    this.#metadata = secret === undefined ? new Metadata() : secretMetadata(secret);
    const usual = { version, clientId: "scheduler.1", bulk: false, namespace: "", principal: "", epoch: 0 };
    this.#hello = { ...usual, ...hello };
    this.closed = this.#open(this.#hello.bulk);
  }

  /** Opens the bulk stream. */
  openBulk(): void {
    void this.#open(true);
  }

  /** Names a function by a number. */
  name(number: number, digest: string, fn = "echo"): void {
    const entry = { number, kernel: "echo", function: fn, digest: Buffer.from(digest, "hex") };
    this.link.writer?.function({ ...emptyFunction, ...entry, timeLimitMs: 1000, memoryMaxBytes: 1 << 26 });
    this.link.flush();
  }

  /** Sends texts as an attempt. */
  send(id: number, texts: readonly string[], more: Partial<BatchFrame> = {}): void {
    const parts = texts.map((text) => Buffer.from(text));
    const sizes = Uint32Array.from(parts, ({ length }) => length);
    const payloads = Buffer.concat(parts);
    this.link.sendBatch({
      ...emptyBatch,
      id,
      function: 1,
      count: parts.length,
      sizes,
      payloads,
      incarnation: 5,
      ...more,
    });
  }

  /** Gives items of an attempt up. */
  cancel(id: number, first: number, count: number): void {
    this.link.cancel({ id, first, count });
    this.link.flush();
  }

  /** Resolves with the reason that an attempt ended with; "" when all of it was reported. */
  async ended(id: number): Promise<string> {
    await this.frames.until(() => this.frames.results.some((frame) => frame.id === id && frame.done));
    return this.frames.results.find((frame) => frame.id === id && frame.done)?.rest?.reason ?? "";
  }

  #open(bulk: boolean): Promise<HeddleError | undefined> {
    const client = new Client(this.#address, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
    onTestFinished(() => client.close());
    const { path, requestSerialize, responseDeserialize } = executeMethod;
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, this.#metadata);
    const closed = Promise.withResolvers<HeddleError | undefined>();
    const duplex = openerDuplex(stream, {
      message: (message) => this.link.receive(message, bulk, "answerer"),
      drained: () => this.link.pump(),
      closed: closed.resolve,
    });
    duplex.writer.hello({ ...this.#hello, bulk });
    duplex.writer.seal();
    this.link.attach(duplex, bulk);
    duplex.flush();
    onTestFinished(() => duplex.close(undefined));
    return closed.promise;
  }
}
