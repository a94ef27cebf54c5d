/** A client that speaks Session frame by frame, without the SDK. */
import { onTestFinished } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { version } from "../../src/base/version.ts";
import { openSession, type SessionStreams } from "../../src/rpc/session-streams.ts";
import {
  emptyBatch,
  emptyFunction,
  type BatchFrame,
  type HelloFrame,
  type WelcomeFrame,
} from "../../src/wire/frame.ts";
import { FrameRecorder } from "./frame-recorder.ts";

/** A session that is open or was refused. */
export interface SessionClient {
  readonly streams: SessionStreams;
  readonly results: FrameRecorder;
  readonly welcome: Promise<WelcomeFrame>;
  readonly closed: Promise<HeddleError>;
  /** Names a function by a number; with an empty kernel, lets go of the number. */
  name(number: number, kernel: string, fn: string, digest?: Uint8Array, schema?: Uint8Array): void;
  /** Sends texts as the items of a batch; further fields as given. */
  send(id: number, texts: readonly string[], more?: Partial<BatchFrame>): void;
  cancel(id: number, first: number, count: number): void;
}

/** Opens a session at a gateway. */
export function openSessionClient(address: string, hello: Partial<HelloFrame> = {}): SessionClient {
  const results = new FrameRecorder();
  const welcome = Promise.withResolvers<WelcomeFrame>();
  const closed = Promise.withResolvers<HeddleError>();
  const usual = { version, clientId: "client-1", bulk: false, namespace: "", principal: "", epoch: 1 };
  const streams = openSession(
    address,
    { ...usual, ...hello },
    {
      welcome(frame) {
        streams.openBulk(address);
        welcome.resolve(frame);
      },
      result: (frame) => results.result(frame),
      version: (frame) => results.function(frame),
      closed: closed.resolve,
    },
  );
  onTestFinished(() => streams.close());
  return {
    ...{ streams, results, welcome: welcome.promise, closed: closed.promise },
    name(number, kernel, fn, digest = new Uint8Array(0), schema = new Uint8Array(0)) {
      streams.link.writer?.function({ ...emptyFunction, number, kernel, function: fn, digest, schema });
      streams.link.flush();
    },
    send(id, texts, more = {}) {
      const parts = texts.map(echoRequest);
      streams.link.sendBatch({
        ...emptyBatch,
        id,
        function: 1,
        count: parts.length,
        sizes: Uint32Array.from(parts, ({ length }) => length),
        payloads: Buffer.concat(parts),
        ...more,
      });
    },
    cancel(id, first, count) {
      streams.link.cancel({ id, first, count });
      streams.link.flush();
    },
  };
}

/** A request of `echo/echo`, which has the bytes of its response. */
export function echoRequest(text: string): Buffer {
  const data = Buffer.from(text);
  return Buffer.concat([Buffer.from(data.length === 0 ? [] : [0x0a, data.length]), data]);
}

/** The outcome of every item, by its index: its text, or the reason of its error. */
export function outcomesOf(client: SessionClient, id: number): Map<number, string> {
  const outcomes = new Map<number, string>();
  for (const frame of client.results.results) {
    if (frame.id !== id) continue;
    let at = 0;
    for (let position = 0; position < frame.count; position++) {
      const size = frame.sizes[position] ?? 0;
      const index = frame.first + position;
      const failed = frame.errors.find(
        (error) => error.index <= index && index < error.index + Math.max(1, error.count),
      );
      if (outcomes.has(index)) throw new Error(`item ${index} has two outcomes`);
      outcomes.set(
        index,
        failed?.reason ?? Buffer.from(inOnePiece(frame.payloads.subarray(at + 2, at + size))).toString(),
      );
      at += size;
    }
  }
  return outcomes;
}
