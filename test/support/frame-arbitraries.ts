/** Random frames within the limits of the protocol. */
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import {
  traceBytes,
  type BatchFrame,
  type CancelFrame,
  type PauseFrame,
  type CreditFrame,
  type EarlierAttemptFrame,
  type FunctionFrame,
  type HelloFrame,
  type ItemErrorFrame,
  type LogFrame,
  type ResultFrame,
  type WelcomeFrame,
} from "../../src/wire/frame.ts";
import type { FrameWriter } from "../../src/wire/frame-writer.ts";
import type { RecordedFrame } from "./frame-recorder.ts";

const uint32 = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const uint53 = fc.oneof(fc.nat(200), fc.maxSafeNat());
const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: "grapheme", maxLength: 40 }));
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const float = fc.float({ noNaN: true }).map((value) => (value === 0 ? 0 : value));
const exactly = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

const hello: fc.Arbitrary<HelloFrame> = fc.record({
  version: text,
  clientId: text,
  bulk: fc.boolean(),
  namespace: text,
  principal: text,
  epoch: uint32,
});

const welcome: fc.Arbitrary<WelcomeFrame> = fc.record({
  version: text,
  id: text,
  incarnation: uint53,
  windowBytes: uint53,
  windowItems: uint32,
  workers: uint32,
  unixPath: text,
  port: uint32,
});

const functionEntry: fc.Arbitrary<FunctionFrame> = fc.record({
  number: uint32,
  kernel: text,
  function: text,
  digest: bytes(32),
  timeLimitMs: uint32,
  memoryMaxBytes: uint53,
  namespace: text,
  schema: bytes(32),
  peers: fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), { maxLength: 3 }),
});

const chunk = fc.record({ id: uint53, data: bytes(300) });
const pause: fc.Arbitrary<PauseFrame> = fc.record({ id: uint53, paused: fc.boolean() });
const cancel: fc.Arbitrary<CancelFrame> = fc.record({ id: uint53, first: uint53, count: uint53 });
const credit: fc.Arbitrary<CreditFrame> = fc.record({
  queueMs: uint32,
  queueBytes: uint53,
  attempts: uint32,
  draining: fc.boolean(),
  held: fc.boolean(),
});

const log: fc.Arbitrary<LogFrame> = fc.record({
  id: uint53,
  index: uint53,
  level: fc.nat(3),
  text: fc.oneof(text, fc.string({ unit: "grapheme", maxLength: 1500 })),
  timeMs: fc.double({ noNaN: true }).map((value) => (value === 0 ? 0 : value)),
});

const itemError: fc.Arbitrary<ItemErrorFrame> = fc.record({
  index: uint53,
  code: uint32,
  reason: text,
  message: fc.oneof(text, fc.string({ unit: "grapheme", maxLength: 1500 })),
  details: bytes(200),
  attempts: uint32,
  node: text,
  retryAfterMs: uint32,
  count: uint32,
});

const earlier: fc.Arbitrary<EarlierAttemptFrame> = fc.record({ number: uint32, node: text, reason: text });

interface Columns {
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Uint8Array;
  readonly bulkBytes: number;
}

/** Items with their payloads, inline or announced for the bulk stream; now and then as many as a frame may hold. */
const columns: fc.Arbitrary<Columns> = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.array(fc.nat(60), { maxLength: 30 }) },
      { weight: 1, arbitrary: fc.constant(Array.from({ length: limits.frameItemsMax }, () => 48)) },
    ),
    fc.nat(255),
    fc.boolean(),
  )
  .map(([sizes, fill, bulk]) => {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return {
      count: sizes.length,
      sizes: Uint32Array.from(sizes),
      payloads: new Uint8Array(bulk ? 0 : total).fill(fill),
      bulkBytes: bulk ? total : 0,
    };
  });

const batch: fc.Arbitrary<BatchFrame> = columns.chain((items) =>
  fc
    .record({
      id: uint53,
      function: uint32,
      first: uint53,
      count: fc.constant(items.count),
      sizes: fc.constant(items.sizes),
      payloads: fc.constant(items.payloads),
      bulkBytes: fc.constant(items.bulkBytes),
      open: fc.boolean(),
      deadlineMs: uint32,
      priority: fc.integer(),
      attempt: uint32,
      incarnation: uint53,
      affinity: text,
      idempotencyKey: text,
      trace: fc.oneof(fc.constant(new Uint8Array(0)), exactly(traceBytes)),
      traces:
        items.count > 30
          ? fc.constant(new Uint8Array(0))
          : fc.oneof(fc.constant(new Uint8Array(0)), exactly(traceBytes * items.count)),
      tracedItems: fc
        .subarray(items.count > 30 ? [] : Array.from(items.sizes.keys()))
        .map((some) => Uint32Array.from(some)),
      tracedParents: fc.constant(new Uint8Array(0)),
      deadlinesMs: fc.oneof(
        fc.constant(new Uint32Array(0)),
        fc.nat(1000).map((ms) => new Uint32Array(items.count).fill(ms)),
      ),
      attemptsMax: uint32,
      principal: text,
    })
    .map((frame) =>
      frame.traces.length > 0
        ? { ...frame, tracedItems: new Uint32Array(0) }
        : { ...frame, tracedParents: new Uint8Array(traceBytes * frame.tracedItems.length).fill(7) },
    ),
);

const result: fc.Arbitrary<ResultFrame> = columns.chain((items) =>
  fc.record({
    id: uint53,
    first: uint53,
    count: fc.constant(items.count),
    sizes: fc.constant(items.sizes),
    payloads: fc.constant(items.payloads),
    bulkBytes: fc.constant(items.bulkBytes),
    errors: fc.array(itemError, { maxLength: 3 }),
    done: fc.boolean(),
    rest: fc.oneof(fc.constant(undefined), itemError),
    runMs: fc.oneof(
      fc.constant(new Float32Array(0)),
      float.map((ms) => new Float32Array(items.count).fill(ms)),
    ),
    queuedMs: float,
    coldMs: float,
    worker: uint32,
    node: text,
    attempt: uint32,
    incarnation: uint53,
    memoryBytes: uint53,
    earlier: fc.array(earlier, { maxLength: 3 }),
    digest: bytes(32),
  }),
);

/** Frames that a client or a scheduler sends. */
export const openerFrame: fc.Arbitrary<RecordedFrame> = fc.oneof(
  hello.map((frame) => ({ kind: "hello" as const, frame })),
  functionEntry.map((frame) => ({ kind: "function" as const, frame })),
  batch.map((frame) => ({ kind: "batch" as const, frame })),
  chunk.map((frame) => ({ kind: "chunk" as const, frame })),
  cancel.map((frame) => ({ kind: "cancel" as const, frame })),
  pause.map((frame) => ({ kind: "pause" as const, frame })),
);

/** Frames that a gateway or a node sends. */
export const answererFrame: fc.Arbitrary<RecordedFrame> = fc.oneof(
  welcome.map((frame) => ({ kind: "welcome" as const, frame })),
  functionEntry.map((frame) => ({ kind: "function" as const, frame })),
  chunk.map((frame) => ({ kind: "chunk" as const, frame })),
  result.map((frame) => ({ kind: "result" as const, frame })),
  credit.map((frame) => ({ kind: "credit" as const, frame })),
  log.map((frame) => ({ kind: "log" as const, frame })),
);

/** Writes a frame of any kind. */
export function writeFrame(writer: FrameWriter, { kind, frame }: RecordedFrame): void {
  switch (kind) {
    case "hello":
      return writer.hello(frame);
    case "welcome":
      return writer.welcome(frame);
    case "function":
      return writer.function(frame);
    case "batch":
      return writer.batch(frame);
    case "chunk":
      return writer.chunk(frame.id, frame.data);
    case "pause":
      return writer.pause(frame);
    case "cancel":
      return writer.cancel(frame);
    case "result":
      return writer.result(frame);
    case "credit":
      return writer.credit(frame);
    case "log":
      return writer.log(frame);
    default:
      throw new Error(`no frame is a ${JSON.stringify(kind satisfies never)}`);
  }
}

/** A frame with its bytes as hex, so that slices of buffers compare by what is in them. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (value instanceof Uint32Array || value instanceof Float32Array) return [...value];
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, comparable(field)]));
}
