/**
 * Reads the frames of one message. Payload columns are slices of the message, size columns are copied into typed
 * arrays (their bytes are not aligned). Whatever breaks the encoding or its own counts ends in a HeddleError with
 * reason PROTOCOL before the sink sees the frame; unknown fields are skipped.
 */
import { readBatch } from "./batch-reader.ts";
import {
  readCancel,
  readChunk,
  readCredit,
  readFirst,
  readFunction,
  readLog,
  readPause,
  type FramesFrom,
} from "./control-reader.ts";
import { FrameCursor } from "./frame-cursor.ts";
import { frameField, type FrameSink } from "./frame.ts";
import { readResult } from "./result-reader.ts";

export type { FramesFrom } from "./control-reader.ts";

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
    else if (field === frameField.log) readLog(reader, end, sink);
    else if (field === frameField.pause) readPause(reader, end, sink);
    reader.at = end;
  }
}
