import { broken, type FrameCursor } from "./frame-cursor.ts";
import { emptyBatch, traceBytes, type BatchFrame } from "./frame.ts";
import { checkItems } from "./item-check.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a Batch up to `end`. Throws PROTOCOL, also when its columns do not agree with its count. */
export function readBatch(reader: FrameCursor, end: number): BatchFrame {
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
      case 162:
        frame.principal = reader.string();
        break;
      case 170:
        frame.tracedItems = reader.sizes();
        break;
      case 178:
        frame.tracedParents = reader.bytes();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "Batch");
  checkItems("Batch", frame);
  if (frame.trace.length !== 0 && frame.trace.length !== traceBytes) {
    throw broken(`Batch ${frame.id}: trace has ${frame.trace.length} bytes, not ${traceBytes}`);
  }
  if (frame.traces.length !== 0 && frame.traces.length !== traceBytes * frame.count) {
    throw broken(`Batch ${frame.id}: traces do not match its ${frame.count} items`);
  }
  checkTracedItems(frame);
  if (frame.deadlinesMs.length !== 0 && frame.deadlinesMs.length !== frame.count) {
    throw broken(`Batch ${frame.id}: deadlines do not match its ${frame.count} items`);
  }
  return frame;
}

function checkTracedItems({ id, count, traces, tracedItems, tracedParents }: BatchFrame): void {
  if (tracedItems.length === 0 && tracedParents.length === 0) return;
  if (traces.length !== 0) throw broken(`Batch ${id} has traces of all items and of some`);
  if (tracedParents.length !== traceBytes * tracedItems.length) {
    throw broken(`Batch ${id}: traced parents do not match its ${tracedItems.length} traced items`);
  }
  let last = -1;
  for (const item of tracedItems) {
    if (item <= last || item >= count) {
      throw broken(`Batch ${id}: traced item ${item} follows ${last}, of ${count} items`);
    }
    last = item;
  }
}
