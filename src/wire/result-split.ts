/**
 * A result whose errors and columns would not fit a message on a small stream goes as several, and so does one of many
 * large items, whose payloads would have to be put together from chunks on arrival: each holds a run of its items, and
 * only the last says `done`. Where the payloads go (inline or by the bulk stream) is decided for each part.
 */
import { limits } from "../base/limits.ts";
import { chunkMaxBytes } from "./chunk-head.ts";
import type { ResultFrame } from "./frame.ts";
import { errorBytes, resultFixedBytes, resultHeaderBytes } from "./frame-bytes.ts";

/** Room for the columns and errors of one frame: what a message holds beside a full share of payloads. */
const headerMaxBytes = limits.frameMaxBytes - limits.framePayloadMaxBytes;
/** The same where the payloads go by the bulk stream. */
const aloneMaxBytes = limits.frameMaxBytes - 4096;

/** The frame itself if it is small enough, as it nearly always is, or parts of it in order. */
export function splitResult(frame: ResultFrame): readonly ResultFrame[] {
  const fitsChunk = frame.count === 1 || frame.payloads.length <= chunkMaxBytes;
  const bulk = frame.payloads.length > limits.framePayloadMaxBytes;
  if (fitsChunk && resultHeaderBytes(frame) <= (bulk ? aloneMaxBytes : headerMaxBytes)) return [frame];
  // One error for a range of items is as small as the frame gets, and must not be torn from its items.
  if (frame.errors.some((error) => error.count > 1)) return [frame];
  const errors = frame.errors.toSorted((left, right) => left.index - right.index);
  const itemBytes = (frame.sizes.length === 0 ? 0 : 4) + (frame.runMs.length === 0 ? 0 : 4);
  const parts: ResultFrame[] = [];
  const fixedBytes = resultFixedBytes(frame);
  let bytes = fixedBytes;
  let from = 0;
  let nextError = 0;
  let payloadAt = 0;
  let payloadBytes = 0;
  const cut = (to: number, errorsTo: number): void => {
    const done = to === frame.count;
    const sizes = frame.sizes.subarray(from, to);
    let length = 0;
    for (let index = 0; index < sizes.length; index++) length += sizes[index] ?? 0;
    parts.push({
      ...frame,
      first: frame.first + from,
      count: to - from,
      sizes,
      payloads: frame.payloads.subarray(payloadAt, payloadAt + length),
      runMs: frame.runMs.subarray(from, to),
      errors: errors.slice(nextError, errorsTo),
      done: done && frame.done,
      rest: done ? frame.rest : undefined,
    });
    from = to;
    nextError = errorsTo;
    payloadAt += length;
    bytes = fixedBytes;
    payloadBytes = 0;
  };
  let error = 0;
  for (let item = 0; item < frame.count; item++) {
    let own = itemBytes;
    let end = error;
    for (
      let failed = errors[end];
      failed !== undefined && failed.index <= frame.first + item;
      failed = errors[++end]
    )
      own += errorBytes(failed);
    const size = frame.sizes[item] ?? 0;
    if (item > from && (bytes + own > headerMaxBytes || payloadBytes + size > chunkMaxBytes))
      cut(item, error);
    bytes += own;
    payloadBytes += size;
    error = end;
  }
  cut(frame.count, errors.length);
  return parts;
}
