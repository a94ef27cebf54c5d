import { broken, type FrameCursor } from "./frame-cursor.ts";
import {
  emptyResult,
  noBytes,
  type EarlierAttemptFrame,
  type ItemErrorFrame,
  type ResultFrame,
} from "./frame.ts";
import { checkItems } from "./item-check.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a Result up to `end`. Throws PROTOCOL, also when its columns do not agree with its count. */
export function readResult(reader: FrameCursor, end: number): ResultFrame {
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
      case 154:
        frame.digest = reader.bytes();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "Result");
  checkItems("Result", frame);
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
