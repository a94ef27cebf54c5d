/**
 * Serves those who read the log book: the past first, then, if they stay, what comes. A line waits until the
 * connection takes it; one who reads too slowly loses the latest lines and is told how many, where they are missing.
 */
import type { ServerWritableStream } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { Deque } from "../base/deque.ts";
import { limits } from "../base/limits.ts";
import type { LogsRequest__Output as LogsRequest } from "../rpc/generated/heddle/v1/LogsRequest.ts";
import type { LogsResponse } from "../rpc/generated/heddle/v1/LogsResponse.ts";
import { toStatus } from "../rpc/status.ts";
import type { KeptLine, LogBook, LogFilter, LogFollower } from "./log-book.ts";

/** A call of `Kernels.Logs`. */
export type LogsCall = ServerWritableStream<LogsRequest, LogsResponse>;

/** All who read at present. */
export class LogReaders {
  readonly #book: LogBook;
  readonly #readers = new Set<LogReader>();

  constructor(book: LogBook) {
    this.#book = book;
  }

  /** Serves a call to its end. */
  serve(call: LogsCall): void {
    if (this.#readers.size >= limits.logReadersMax) {
      const said = `${this.#readers.size} clients read logs already, which is the limit; end one of them`;
      call.emit("error", toStatus(new HeddleError("QUEUE_FULL", said)));
      return;
    }
    const reader = new LogReader(call, this.#book, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    reader.start();
  }

  /** Ends all: the gateway stops. */
  close(): void {
    const error = new HeddleError("GATEWAY_STOPPING", "the gateway is shutting down");
    for (const reader of this.#readers) reader.close(error);
  }
}

class LogReader implements LogFollower {
  readonly filter: LogFilter;
  readonly #call: LogsCall;
  readonly #book: LogBook;
  readonly #ended: () => void;
  readonly #waiting = new Deque<LogsResponse>();
  /** Lines that found no room since the last one that did. */
  #dropped = 0;
  #state: "writing" | "blocked" | "ended" = "writing";

  constructor(call: LogsCall, book: LogBook, ended: () => void) {
    const { kernel, function: fn, levelMin } = call.request;
    this.filter = { kernel, function: fn, levelMin };
    this.#call = call;
    this.#book = book;
    this.#ended = ended;
  }

  start(): void {
    const { last, follow } = this.#call.request;
    const end = (): void => this.#end();
    this.#call.on("cancelled", end);
    this.#call.on("error", end);
    this.#call.on("close", end);
    this.#call.on("drain", () => {
      if (this.#state === "blocked") this.#state = "writing";
      this.#pump();
    });
    for (const line of this.#book.last(this.filter, last)) this.#waiting.pushBack({ line });
    this.#waiting.pushBack({ synced: true });
    if (follow) this.#book.follow(this);
    this.#pump();
  }

  line(line: KeptLine): void {
    if (this.#waiting.length >= limits.logReaderLinesMax) {
      this.#dropped++;
      return;
    }
    this.#sayDropped();
    this.#waiting.pushBack({ line });
    this.#pump();
  }

  close(error: HeddleError): void {
    this.#end();
    this.#call.emit("error", toStatus(error));
  }

  #sayDropped(): void {
    if (this.#dropped === 0) return;
    this.#waiting.pushBack({ dropped: this.#dropped });
    this.#dropped = 0;
  }

  #pump(): void {
    while (this.#state === "writing") {
      if (this.#waiting.length === 0) this.#sayDropped();
      const next = this.#waiting.popFront();
      if (next === undefined) break;
      if (!this.#call.write(next)) this.#state = "blocked";
    }
    if (this.#state === "ended" || this.#call.request.follow || this.#waiting.length > 0) return;
    this.#end();
    this.#call.end();
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#book.unfollow(this);
    this.#ended();
  }
}
