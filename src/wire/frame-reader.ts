/**
 * Reads the frames of one message. Payload columns are slices of the message, size columns are copied into typed
 * arrays (their bytes are not aligned). Whatever breaks the encoding or its own counts ends in a HeddleError with
 * reason PROTOCOL before the sink sees the frame; unknown fields are skipped.
 */
import { limits } from "../base/limits.ts";
import { broken, FrameCursor } from "./frame-cursor.ts";
import {
  emptyBatch,
  emptyResult,
  frameField,
  noBytes,
  traceBytes,
  type BatchFrame,
  type EarlierAttemptFrame,
  type FrameSink,
  type FunctionFrame,
  type ItemErrorFrame,
  type ResultFrame,
} from "./frame.ts";

/** Which first field a message may have: a Hello from the side that opens, a Welcome from the side that answers. */
export type FramesFrom = "opener" | "answerer";

/** Calls the sink for every frame of a message, in their order. Throws PROTOCOL. */
export function readFrames(message: Buffer, from: FramesFrom, sink: FrameSink): void {
  const reader = new FrameCursor(message);
  while (reader.at < message.length) {
    const tag = reader.varint();
    if ((tag & 7) !== 2) {
      reader.skip(tag & 7);
      continue;
    }
    const end = reader.end();
    const field = tag >>> 3;
    if (field === frameField.batch) sink.batch(readBatch(reader, end));
    else if (field === frameField.result) sink.result(readResult(reader, end));
    else if (field === frameField.chunk) readChunk(reader, end, sink);
    else if (field === frameField.hello) readFirst(reader, end, from, sink);
    else if (field === frameField.function) readFunction(reader, end, sink);
    else if (field === frameField.cancel) readCancel(reader, end, sink);
    else if (field === frameField.credit) readCredit(reader, end, sink);
    reader.at = end;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readBatch(reader: FrameCursor, end: number): BatchFrame {
  const frame: Mutable<BatchFrame> = { ...emptyBatch };
  while (reader.at < end) {
    const tag = reader.varint();
    switch (tag) {
      case 8:
        frame.id = reader.varint();
        break;
      case 16:
        frame.function = reader.varint();
        break;
      case 24:
        frame.first = reader.varint();
        break;
      case 32:
        frame.count = reader.varint();
        break;
      case 42:
        frame.sizes = reader.sizes();
        break;
      case 50:
        frame.payloads = reader.bytes();
        break;
      case 56:
        frame.bulkBytes = reader.varint();
        break;
      case 64:
        frame.open = reader.varint() !== 0;
        break;
      case 72:
        frame.deadlineMs = reader.varint();
        break;
      case 80:
        frame.priority = reader.zigzag();
        break;
      case 88:
        frame.attempt = reader.varint();
        break;
      case 96:
        frame.incarnation = reader.varint();
        break;
      case 106:
        frame.affinity = reader.string();
        break;
      case 114:
        frame.idempotencyKey = reader.string();
        break;
      case 122:
        frame.trace = reader.bytes();
        break;
      case 130:
        frame.traces = reader.bytes();
        break;
      case 138:
        frame.deadlinesMs = reader.sizes();
        break;
      case 144:
        frame.attemptsMax = reader.varint();
        break;
      case 152:
        frame.epoch = reader.varint();
        break;
      case 162:
        frame.principal = reader.string();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "Batch");
  checkItems(
    "Batch",
    frame.id,
    frame.count,
    frame.sizes,
    frame.bulkBytes === 0 ? frame.payloads.length : frame.bulkBytes,
  );
  if (frame.trace.length !== 0 && frame.trace.length !== traceBytes) {
    throw broken(`Batch ${frame.id}: trace has ${frame.trace.length} bytes, not ${traceBytes}`);
  }
  if (frame.traces.length !== 0 && frame.traces.length !== traceBytes * frame.count) {
    throw broken(`Batch ${frame.id}: traces do not match its ${frame.count} items`);
  }
  if (frame.deadlinesMs.length !== 0 && frame.deadlinesMs.length !== frame.count) {
    throw broken(`Batch ${frame.id}: deadlines do not match its ${frame.count} items`);
  }
  return frame;
}

function readResult(reader: FrameCursor, end: number): ResultFrame {
  const errors: ItemErrorFrame[] = [];
  const earlier: EarlierAttemptFrame[] = [];
  const frame: Mutable<ResultFrame> = { ...emptyResult, errors, earlier };
  while (reader.at < end) {
    const tag = reader.varint();
    switch (tag) {
      case 8:
        frame.id = reader.varint();
        break;
      case 16:
        frame.first = reader.varint();
        break;
      case 24:
        frame.count = reader.varint();
        break;
      case 34:
        frame.sizes = reader.sizes();
        break;
      case 42:
        frame.payloads = reader.bytes();
        break;
      case 48:
        frame.bulkBytes = reader.varint();
        break;
      case 58:
        errors.push(readItemError(reader, reader.end()));
        break;
      case 64:
        frame.done = reader.varint() !== 0;
        break;
      case 74:
        frame.rest = readItemError(reader, reader.end());
        break;
      case 82:
        frame.runMs = reader.times();
        break;
      case 93:
        frame.queuedMs = reader.float();
        break;
      case 101:
        frame.coldMs = reader.float();
        break;
      case 104:
        frame.worker = reader.varint();
        break;
      case 114:
        frame.node = reader.string();
        break;
      case 120:
        frame.attempt = reader.varint();
        break;
      case 128:
        frame.incarnation = reader.varint();
        break;
      case 136:
        frame.memoryBytes = reader.varint();
        break;
      case 146:
        earlier.push(readEarlier(reader, reader.end()));
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "Result");
  checkItems(
    "Result",
    frame.id,
    frame.count,
    frame.sizes,
    frame.bulkBytes === 0 ? frame.payloads.length : frame.bulkBytes,
  );
  if (frame.runMs.length !== 0 && frame.runMs.length !== frame.count) {
    throw broken(`Result ${frame.id}: run times do not match its ${frame.count} items`);
  }
  return frame;
}

function readItemError(reader: FrameCursor, end: number): ItemErrorFrame {
  const error: Mutable<ItemErrorFrame> = {
    index: 0,
    code: 0,
    reason: "",
    message: "",
    details: noBytes,
    attempts: 0,
    node: "",
    retryAfterMs: 0,
    count: 0,
  };
  while (reader.at < end) {
    const tag = reader.varint();
    switch (tag) {
      case 8:
        error.index = reader.varint();
        break;
      case 16:
        error.code = reader.varint();
        break;
      case 26:
        error.reason = reader.string();
        break;
      case 34:
        error.message = reader.string();
        break;
      case 42:
        error.details = reader.bytes();
        break;
      case 48:
        error.attempts = reader.varint();
        break;
      case 58:
        error.node = reader.string();
        break;
      case 64:
        error.retryAfterMs = reader.varint();
        break;
      case 72:
        error.count = reader.varint();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "ItemError");
  return error;
}

function readEarlier(reader: FrameCursor, end: number): EarlierAttemptFrame {
  const tried: Mutable<EarlierAttemptFrame> = { number: 0, node: "", reason: "" };
  while (reader.at < end) {
    const tag = reader.varint();
    switch (tag) {
      case 8:
        tried.number = reader.varint();
        break;
      case 18:
        tried.node = reader.string();
        break;
      case 26:
        tried.reason = reader.string();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "EarlierAttempt");
  return tried;
}

function readChunk(reader: FrameCursor, end: number, sink: FrameSink): void {
  let id = 0;
  let data: Uint8Array = noBytes;
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag === 8) id = reader.varint();
    else if (tag === 18) data = reader.bytes();
    else reader.skip(tag & 7);
  }
  reader.expectEnd(end, "Chunk");
  sink.chunk(id, data);
}

function readCancel(reader: FrameCursor, end: number, sink: FrameSink): void {
  const numbers = readNumbers(reader, end, "Cancel");
  sink.cancel({ id: numbers[1] ?? 0, first: numbers[2] ?? 0, count: numbers[3] ?? 0 });
}

function readCredit(reader: FrameCursor, end: number, sink: FrameSink): void {
  const numbers = readNumbers(reader, end, "Credit");
  sink.credit({
    queueMs: numbers[1] ?? 0,
    queueBytes: numbers[2] ?? 0,
    attempts: numbers[3] ?? 0,
    draining: (numbers[4] ?? 0) !== 0,
  });
}

/** A message of a few varints, by field number. */
function readNumbers(reader: FrameCursor, end: number, what: string): number[] {
  const numbers: number[] = [];
  while (reader.at < end) {
    const tag = reader.varint();
    if ((tag & 7) === 0 && tag < 128) numbers[tag >>> 3] = reader.varint();
    else reader.skip(tag & 7);
  }
  reader.expectEnd(end, what);
  return numbers;
}

function readFirst(reader: FrameCursor, end: number, from: FramesFrom, sink: FrameSink): void {
  const texts = new Map<number, string>();
  const numbers = new Map<number, number>();
  while (reader.at < end) {
    const tag = reader.varint();
    if ((tag & 7) === 2) texts.set(tag >>> 3, reader.string());
    else if ((tag & 7) === 0) numbers.set(tag >>> 3, reader.varint());
    else reader.skip(tag & 7);
  }
  reader.expectEnd(end, "first frame");
  const text = (field: number): string => texts.get(field) ?? "";
  const number = (field: number): number => numbers.get(field) ?? 0;
  if (from === "opener") {
    sink.hello({
      version: text(1),
      clientId: text(2),
      bulk: number(3) !== 0,
      namespace: text(4),
      principal: text(5),
      epoch: number(6),
    });
  } else {
    sink.welcome({
      version: text(1),
      id: text(2),
      incarnation: number(3),
      windowBytes: number(4),
      windowItems: number(5),
      workers: number(6),
    });
  }
}

function readFunction(reader: FrameCursor, end: number, sink: FrameSink): void {
  const entry: Mutable<FunctionFrame> = {
    number: 0,
    kernel: "",
    function: "",
    digest: noBytes,
    timeLimitMs: 0,
    memoryMaxBytes: 0,
    namespace: "",
  };
  while (reader.at < end) {
    const tag = reader.varint();
    switch (tag) {
      case 8:
        entry.number = reader.varint();
        break;
      case 18:
        entry.kernel = reader.string();
        break;
      case 26:
        entry.function = reader.string();
        break;
      case 34:
        entry.digest = reader.bytes();
        break;
      case 40:
        entry.timeLimitMs = reader.varint();
        break;
      case 48:
        entry.memoryMaxBytes = reader.varint();
        break;
      case 58:
        entry.namespace = reader.string();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "FunctionEntry");
  sink.function(entry);
}

/** The columns of a frame agree with its count, and its sizes with its bytes. */
function checkItems(what: string, id: number, count: number, sizes: Uint32Array, bytes: number): void {
  if (sizes.length === 0 && bytes === 0) return;
  if (sizes.length !== count) throw broken(`${what} ${id}: ${sizes.length} sizes for ${count} items`);
  if (bytes > limits.payloadMaxBytes)
    throw broken(`${what} ${id}: ${bytes} payload bytes, the limit is ${limits.payloadMaxBytes}`);
  let sum = 0;
  for (let index = 0; index < count; index++) sum += sizes[index] ?? 0;
  if (sum !== bytes) throw broken(`${what} ${id}: its sizes add up to ${sum} bytes, it has ${bytes}`);
}
