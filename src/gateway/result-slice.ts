import { noSizes, noTimes, type ResultFrame } from "../wire/frame.ts";
import { offsetsOf } from "../wire/payloads.ts";

/**
 * Items [first, first + count) of a result frame, without its errors. The whole frame is passed on as it is; parts are
 * cut out where some of its items failed or had settled before.
 */
export function sliceResult(frame: ResultFrame, first: number, count: number): ResultFrame {
  const plain = { ...frame, errors: [], done: false, rest: undefined, incarnation: 0 };
  if (first === frame.first && count === frame.count) return plain;
  const from = first - frame.first;
  const to = from + count;
  const runMs = frame.runMs.length === 0 ? noTimes : frame.runMs.subarray(from, to);
  if (frame.sizes.length === 0) return { ...plain, first, count, sizes: noSizes, runMs };
  const offsets = offsetsOf(frame.sizes);
  return {
    ...plain,
    first,
    count,
    sizes: frame.sizes.subarray(from, to),
    payloads: frame.payloads.subarray(offsets[from] ?? 0, offsets[to] ?? 0),
    runMs,
  };
}
