/** The small frames: what opens a stream, names functions, carries parts of large payloads, cancels and grants. */
import type { FrameCursor } from "./frame-cursor.ts";
import { emptyFunction, noBytes, type FrameSink, type FunctionFrame, type LogFrame } from "./frame.ts";

/** Which first field a message may have: a Hello from the side that opens, a Welcome from the side that answers. */
export type FramesFrom = "opener" | "answerer";

/** The highest field number of Hello and of Welcome. */
const lastFirstField = 8;

/** Reads a Hello or a Welcome up to `end`; they share their field number. Throws PROTOCOL. */
export function readFirst(reader: FrameCursor, end: number, from: FramesFrom, sink: FrameSink): void {
  const texts = new Map<number, string>();
  const numbers = new Map<number, number>();
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag >>> 3 > lastFirstField) reader.skip(tag & 7);
    else if ((tag & 7) === 2) texts.set(tag >>> 3, reader.string());
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
      unixPath: text(7),
      port: number(8),
    });
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a FunctionEntry up to `end`. Throws PROTOCOL. */
export function readFunction(reader: FrameCursor, end: number, sink: FrameSink): void {
  const peers: string[] = [];
  const entry: Mutable<FunctionFrame> = { ...emptyFunction, peers };
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
      case 66:
        entry.schema = reader.bytes();
        break;
      case 74:
        peers.push(reader.string());
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.expectEnd(end, "FunctionEntry");
  sink.function(entry);
}

/** Reads a Chunk up to `end`. Throws PROTOCOL. */
export function readChunk(reader: FrameCursor, end: number, sink: FrameSink): void {
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

/** Reads a Cancel up to `end`. Throws PROTOCOL. */
export function readCancel(reader: FrameCursor, end: number, sink: FrameSink): void {
  const numbers = readNumbers(reader, end, 3, "Cancel");
  sink.cancel({ id: numbers[1] ?? 0, first: numbers[2] ?? 0, count: numbers[3] ?? 0 });
}

/** Reads a Pause up to `end`. Throws PROTOCOL. */
export function readPause(reader: FrameCursor, end: number, sink: FrameSink): void {
  const numbers = readNumbers(reader, end, 2, "Pause");
  sink.pause?.({ id: numbers[1] ?? 0, paused: (numbers[2] ?? 0) !== 0 });
}

/** Reads a Credit up to `end`. Throws PROTOCOL. */
export function readCredit(reader: FrameCursor, end: number, sink: FrameSink): void {
  const numbers = readNumbers(reader, end, 5, "Credit");
  sink.credit({
    queueMs: numbers[1] ?? 0,
    queueBytes: numbers[2] ?? 0,
    attempts: numbers[3] ?? 0,
    draining: (numbers[4] ?? 0) !== 0,
    held: (numbers[5] ?? 0) !== 0,
  });
}

/** Reads a Log up to `end`. Throws PROTOCOL. */
export function readLog(reader: FrameCursor, end: number, sink: FrameSink): void {
  const line: Mutable<LogFrame> = { id: 0, index: 0, level: 0, text: "", timeMs: 0 };
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag === 8) line.id = reader.varint();
    else if (tag === 16) line.index = reader.varint();
    else if (tag === 24) line.level = reader.varint();
    else if (tag === 34) line.text = reader.string();
    else if (tag === 41) line.timeMs = reader.double();
    else reader.skip(tag & 7);
  }
  reader.expectEnd(end, "Log");
  sink.log(line);
}

/** A message of a few varints, by field number, up to the last one it has. */
function readNumbers(reader: FrameCursor, end: number, last: number, what: string): number[] {
  const numbers: number[] = [];
  while (reader.at < end) {
    const tag = reader.varint();
    if ((tag & 7) === 0 && tag >>> 3 <= last) numbers[tag >>> 3] = reader.varint();
    else reader.skip(tag & 7);
  }
  reader.expectEnd(end, what);
  return numbers;
}
