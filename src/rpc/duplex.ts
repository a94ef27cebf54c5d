/**
 * One long-lived frame stream, seen alike from the side that opened it and from the side that answers. What is written
 * during a turn of the event loop leaves at its end in as few messages as possible; what HTTP/2 does not take waits
 * here and is counted, so that whoever produces can stop.
 */
import type { ClientDuplexStream, ServerDuplexStream } from "@grpc/grpc-js";
import type { HeddleError } from "../base/error.ts";
import { atTurnEnd } from "../base/turn-end.ts";
import { readChunkHead } from "../wire/chunk-head.ts";
import { FrameWriter } from "../wire/frame-writer.ts";
import type { MessageParts } from "../wire/prefixed-messages.ts";
import type { GatheredMessage } from "./gathered-message.ts";
import { MessageLane, type RawStream } from "./message-lane.ts";
import { fromStatus, toStatus } from "./status.ts";

/** What is written: frames, or a chunk. */
type Outgoing = Buffer | GatheredMessage;

/** What a stream tells its owner. */
export interface DuplexEvents {
  /** A message came. An error thrown here closes the stream with it. */
  message(message: Buffer): void;
  /** The next bytes of a chunk that is too large to wait for all of it. Without this, such chunks come as messages. */
  chunk?(id: number, bytes: Buffer): void;
  /** All that waited has been taken; more may be written. */
  drained(): void;
  /** The stream is over, once; undefined when the peer ended it in order. */
  closed(error: HeddleError | undefined): void;
}

/** A stream with a turn-end flush. */
export class Duplex {
  readonly writer = new FrameWriter();
  readonly #stream: RawStream;
  readonly #events: DuplexEvents;
  readonly #end: (error: HeddleError | undefined) => void;
  /** The way of messages once the first has come. */
  #lane: MessageLane | undefined;
  readonly #laneEvents = {
    message: (message: Buffer): void => this.#receive(message),
    parts: undefined as MessageParts | undefined,
    drained: (): void => this.#unblock(),
    broken: (error: unknown): void => this.close(fromStatus(error)),
  };
  #waiting: Outgoing[] = [];
  #waitingBytes = 0;
  #state: "open" | "blocked" | "closed" = "open";
  #flushDue = false;

  constructor(stream: RawStream, events: DuplexEvents, end: (error: HeddleError | undefined) => void) {
    this.#stream = stream;
    this.#events = events;
    this.#end = end;
    const { chunk } = events;
    if (chunk !== undefined)
      this.#laneEvents.parts = chunkParts((id, bytes) => {
        if (this.#state !== "closed") chunk(id, bytes);
      });
    stream.on("data", (message: Buffer) => {
      this.#receive(message);
      if (this.#state === "open") this.#lane ??= MessageLane.open(stream, this.#laneEvents);
    });
    stream.on("drain", () => {
      this.#unblock();
    });
    stream.on("end", () => {
      // The peer has ended its half; without ours the stream would stay open for as long as the connection.
      if (this.#state !== "closed") this.#end(undefined);
      this.#finish(undefined);
    });
    stream.on("error", (error: unknown) => {
      this.#finish(fromStatus(error));
    });
    stream.on("cancelled", () => {
      this.#finish(undefined);
    });
    stream.on("close", () => {
      this.#finish(undefined);
    });
  }

  /** Bytes that the connection has not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** False when writing more only fills memory; `drained` tells when that ends. */
  get writable(): boolean {
    return this.#state === "open";
  }

  /** Sends what is in the writer at the end of this turn. */
  flush(): void {
    if (this.#flushDue || this.#state === "closed") return;
    this.#flushDue = true;
    atTurnEnd(this.flushNow);
  }

  /** Ends the stream, in order or with an error that the peer sees, after all that was written. */
  close(error: HeddleError | undefined): void {
    if (this.#state === "closed") return;
    for (const message of [...this.#waiting, ...this.writer.take()]) this.#pass(message);
    // Closed first: ending with an error makes the stream itself tell of an error, which is not the one to pass on.
    this.#state = "closed";
    this.#end(error);
    this.#over(error);
  }

  /** Sends what is in the writer now. */
  readonly flushNow = (): void => {
    this.#flushDue = false;
    if (this.#state === "closed" || this.writer.empty) return;
    for (const message of this.writer.take()) this.#writeOrWait(message);
  };

  /** Sends a message of its own, after what is in the writer. */
  send(message: GatheredMessage): void {
    if (this.#state === "closed") return;
    this.flushNow();
    this.#writeOrWait(message);
  }

  #writeOrWait(message: Outgoing): void {
    if (this.#state === "open") this.#write(message);
    else this.#wait(message);
  }

  #write(message: Outgoing): void {
    if (!this.#pass(message)) this.#state = "blocked";
  }

  #pass(message: Outgoing): boolean {
    if (this.#lane !== undefined) return this.#lane.write(message);
    return this.#stream.write(message as Buffer); // see gathered-message.ts
  }

  #wait(message: Outgoing): void {
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
  }

  #unblock(): void {
    if (this.#state !== "blocked") return;
    this.#state = "open";
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const message of waiting) this.#writeOrWait(message);
    if (this.#state === "open") this.#events.drained();
  }

  #receive(message: Buffer): void {
    if (this.#state === "closed") return;
    try {
      this.#events.message(message);
    } catch (error) {
      this.close(fromStatus(error));
    }
  }

  #finish(error: HeddleError | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#over(error);
  }

  #over(error: HeddleError | undefined): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#events.closed(error);
  }
}

/** Hands on the bytes of chunks as they come. */
function chunkParts(chunk: (id: number, bytes: Buffer) => void): MessageParts {
  let id = 0;
  return {
    begin(start, size) {
      const head = readChunkHead(start, size);
      id = head?.id ?? 0;
      return head?.headBytes ?? 0;
    },
    part: (bytes) => chunk(id, bytes),
  };
}

/** The end that opened the stream. */
export function openerDuplex(stream: ClientDuplexStream<Buffer, Buffer>, events: DuplexEvents): Duplex {
  return new Duplex(stream, events, (error) => {
    if (error === undefined) stream.end();
    else stream.cancel();
  });
}

/** The end that answers. */
export function answererDuplex(stream: ServerDuplexStream<Buffer, Buffer>, events: DuplexEvents): Duplex {
  return new Duplex(stream, events, (error) => {
    if (error === undefined) stream.end();
    else stream.emit("error", toStatus(error));
  });
}
