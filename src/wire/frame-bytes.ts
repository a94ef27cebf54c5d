/** Upper bounds of what frames take on the wire, so that a message is sealed before it grows past its own bound. */
import type { EarlierAttemptFrame, ItemErrorFrame, ResultFrame } from "./frame.ts";

/** Texts of so many characters take at most this on the wire: three bytes of UTF-8 for each. */
export function textBytes(...texts: readonly string[]): number {
  let length = 0;
  for (const text of texts) length += text.length;
  return 3 * length;
}

/** What the error of an item takes. */
export function errorBytes(error: ItemErrorFrame): number {
  return 128 + error.details.length + textBytes(error.reason, error.message, error.node);
}

/** What an earlier attempt takes. */
export function earlierBytes(tried: EarlierAttemptFrame): number {
  return 64 + textBytes(tried.node, tried.reason);
}

/** What a result takes beside its columns, errors and payloads. */
export function resultFixedBytes(frame: ResultFrame): number {
  let bytes = 512 + textBytes(frame.node) + frame.digest.length;
  if (frame.rest !== undefined) bytes += errorBytes(frame.rest);
  for (const tried of frame.earlier) bytes += earlierBytes(tried);
  return bytes;
}

/** What a result takes beside its payloads. */
export function resultHeaderBytes(frame: ResultFrame): number {
  let bytes = resultFixedBytes(frame) + 4 * (frame.sizes.length + frame.runMs.length);
  for (const error of frame.errors) bytes += errorBytes(error);
  return bytes;
}
