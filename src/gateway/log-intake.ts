/** Lines as nodes send them become lines that people can place: which function, which version, whose trace. */
import { limits } from "../base/limits.ts";
import type { LogFrame } from "../wire/frame.ts";
import { traceIdOfItem } from "./item-traces.ts";
import type { KeptLine, LogBook } from "./log-book.ts";
import type { AttemptRecord } from "./records.ts";

const levelMax = 3;

/** Keeps a line of an attempt, and puts it on the attempt's span when the call is sampled; not of one that is over. */
export function intakeLine(book: LogBook, attempt: AttemptRecord | undefined, frame: LogFrame): void {
  if (attempt === undefined) return;
  const line = placedLine(attempt, frame);
  book.add(line);
  const at = Math.min(line.timeMs, Date.now()); // the node's clock may be ahead
  for (const span of attempt.spans) span.log(line.index, line.level, line.text, at);
}

function placedLine({ batch, link, number }: AttemptRecord, frame: LogFrame): KeptLine {
  const { kernel, name, digest } = batch.function;
  const { index, level, timeMs } = frame;
  return {
    timeMs: Number.isFinite(timeMs) ? timeMs : 0,
    kernel,
    function: name,
    digest,
    node: link.node,
    level: Math.min(level, levelMax),
    text: frame.text.slice(0, limits.logLineMaxBytes),
    traceId: traceIdOfItem(batch, index),
    attempt: number,
    index,
  };
}
