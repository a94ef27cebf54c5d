/**
 * Writes frames into messages. One writer belongs to one stream: frames pile up during a turn of the event loop, and
 * `take` gives what is to be sent as few messages as the bound on a message allows.
 */
import {
  frameField,
  type BatchFrame,
  type CancelFrame,
  type CreditFrame,
  type FunctionFrame,
  type HelloFrame,
  type ItemErrorFrame,
  type LogFrame,
  type PauseFrame,
  type ResultFrame,
  type WelcomeFrame,
} from "./frame.ts";
import { FrameBuffer } from "./frame-buffer.ts";
import { earlierBytes, errorBytes, resultHeaderBytes, textBytes } from "./frame-bytes.ts";

/** Collects frames into messages of at most `limits.frameMaxBytes`, a single larger frame excepted. */
export class FrameWriter extends FrameBuffer {
  hello(frame: HelloFrame): void {
    const start = this.open(
      frameField.hello,
      256 + textBytes(frame.clientId, frame.namespace, frame.principal),
    );
    this.string(1, frame.version);
    this.string(2, frame.clientId);
    this.bool(3, frame.bulk);
    this.string(4, frame.namespace);
    this.string(5, frame.principal);
    this.uint(6, frame.epoch);
    this.close(start);
  }

  welcome(frame: WelcomeFrame): void {
    const start = this.open(frameField.welcome, 256 + textBytes(frame.id, frame.unixPath));
    this.string(1, frame.version);
    this.string(2, frame.id);
    this.uint(3, frame.incarnation);
    this.uint(4, frame.windowBytes);
    this.uint(5, frame.windowItems);
    this.uint(6, frame.workers);
    this.string(7, frame.unixPath);
    this.uint(8, frame.port);
    this.close(start);
  }

  function(frame: FunctionFrame): void {
    const texts = textBytes(frame.kernel, frame.function, frame.namespace, ...frame.peers);
    const digests = frame.digest.length + frame.schema.length;
    const start = this.open(frameField.function, 256 + digests + texts);
    this.uint(1, frame.number);
    this.string(2, frame.kernel);
    this.string(3, frame.function);
    this.bytes(4, frame.digest);
    this.uint(5, frame.timeLimitMs);
    this.uint(6, frame.memoryMaxBytes);
    this.string(7, frame.namespace);
    this.bytes(8, frame.schema);
    for (const peer of frame.peers) this.string(9, peer);
    this.close(start);
  }

  batch(frame: BatchFrame): void {
    const columns = columnBytes(frame);
    const texts = textBytes(frame.affinity, frame.idempotencyKey, frame.principal);
    const start = this.open(frameField.batch, 512 + frame.payloads.length + columns + texts);
    this.uint(1, frame.id);
    this.uint(2, frame.function);
    this.uint(3, frame.first);
    this.uint(4, frame.count);
    this.column(5, frame.sizes);
    this.bytes(6, frame.payloads);
    this.uint(7, frame.bulkBytes);
    this.bool(8, frame.open);
    this.uint(9, frame.deadlineMs);
    this.sint(10, frame.priority);
    this.uint(11, frame.attempt);
    this.uint(12, frame.incarnation);
    this.string(13, frame.affinity);
    this.string(14, frame.idempotencyKey);
    this.bytes(15, frame.trace);
    this.bytes(16, frame.traces);
    this.column(17, frame.deadlinesMs);
    this.uint(18, frame.attemptsMax);
    this.string(20, frame.principal);
    this.column(21, frame.tracedItems);
    this.bytes(22, frame.tracedParents);
    this.close(start);
  }

  chunk(id: number, data: Uint8Array): void {
    const start = this.open(frameField.chunk, data.length + 64);
    this.uint(1, id);
    this.bytes(2, data);
    this.close(start);
  }

  cancel(frame: CancelFrame): void {
    const start = this.open(frameField.cancel, 64);
    this.uint(1, frame.id);
    this.uint(2, frame.first);
    this.uint(3, frame.count);
    this.close(start);
  }

  pause(frame: PauseFrame): void {
    const start = this.open(frameField.pause, 64);
    this.uint(1, frame.id);
    this.bool(2, frame.paused);
    this.close(start);
  }

  result(frame: ResultFrame): void {
    const start = this.open(frameField.result, resultHeaderBytes(frame) + frame.payloads.length);
    this.uint(1, frame.id);
    this.uint(2, frame.first);
    this.uint(3, frame.count);
    this.column(4, frame.sizes);
    this.bytes(5, frame.payloads);
    this.uint(6, frame.bulkBytes);
    for (const error of frame.errors) this.#itemError(7, error);
    this.bool(8, frame.done);
    if (frame.rest !== undefined) this.#itemError(9, frame.rest);
    this.column(10, frame.runMs);
    this.float(11, frame.queuedMs);
    this.float(12, frame.coldMs);
    this.uint(13, frame.worker);
    this.string(14, frame.node);
    this.uint(15, frame.attempt);
    this.uint(16, frame.incarnation);
    this.uint(17, frame.memoryBytes);
    for (const tried of frame.earlier) {
      const inner = this.openInner(18, earlierBytes(tried));
      this.uint(1, tried.number);
      this.string(2, tried.node);
      this.string(3, tried.reason);
      this.close(inner);
    }
    this.bytes(19, frame.digest);
    this.close(start);
  }

  log(frame: LogFrame): void {
    const start = this.open(frameField.log, 128 + textBytes(frame.text));
    this.uint(1, frame.id);
    this.uint(2, frame.index);
    this.uint(3, frame.level);
    this.string(4, frame.text);
    this.double(5, frame.timeMs);
    this.close(start);
  }

  credit(frame: CreditFrame): void {
    const start = this.open(frameField.credit, 64);
    this.uint(1, frame.queueMs);
    this.uint(2, frame.queueBytes);
    this.uint(3, frame.attempts);
    this.bool(4, frame.draining);
    this.bool(5, frame.held);
    this.close(start);
  }

  #itemError(field: number, error: ItemErrorFrame): void {
    const start = this.openInner(field, errorBytes(error));
    this.uint(1, error.index);
    this.uint(2, error.code);
    this.string(3, error.reason);
    this.string(4, error.message);
    this.bytes(5, error.details);
    this.uint(6, error.attempts);
    this.string(7, error.node);
    this.uint(8, error.retryAfterMs);
    this.uint(9, error.count);
    this.close(start);
  }
}

/** Bytes of what a batch says of each of its items, but for their payloads. */
export function columnBytes({ sizes, deadlinesMs, tracedItems, traces, tracedParents }: BatchFrame): number {
  return 4 * (sizes.length + deadlinesMs.length + tracedItems.length) + traces.length + tracedParents.length;
}
