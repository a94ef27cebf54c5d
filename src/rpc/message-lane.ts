/**
 * The short way for the messages of a long-lived stream. The library passes each message through a stream of objects,
 * a chain of calls and filters made for retries and compression, and several promises and ticks: some 6 µs every time
 * one is sent or taken. A stream of frames uses none of that once it is open, so its messages then go straight to and
 * from the HTTP/2 stream below. Everything else stays with the library: connecting, headers, keepalive, how the stream
 * ends and with what status.
 *
 * The library keeps the HTTP/2 stream to itself. Where it is not found, or anything is on its way through the library,
 * the long way is taken, which carries the same bytes; a test holds that the short one is found.
 */
import { type Duplex } from "node:stream";
import { Metadata, type ClientDuplexStream, type ServerDuplexStream } from "@grpc/grpc-js";
import { limits } from "../base/limits.ts";
import { piecesOf } from "../base/rope.ts";
import { prefixAndHead, PrefixReader, withPrefix, type MessageParts } from "../wire/prefixed-messages.ts";
import { GatheredMessage } from "./gathered-message.ts";
import { fieldsOf, innermostCall, type Fields } from "./innermost-call.ts";

/** Either end of a raw stream. */
export type RawStream = ClientDuplexStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** What comes by the short way. */
export interface LaneEvents {
  message(message: Buffer): void;
  /** Takes large messages while they still come; without it they come whole. */
  readonly parts?: MessageParts | undefined;
  /** What the stream did not take has been taken. */
  drained(): void;
  /** What came is no message. */
  broken(error: unknown): void;
}

/** A stream whose messages no longer pass through the library. */
export class MessageLane {
  readonly #http2: Duplex;

  private constructor(http2: Duplex, events: LaneEvents) {
    this.#http2 = http2;
    const reader = new PrefixReader(limits.unaryMessageMaxBytes);
    const take = (message: Buffer): void => events.message(message);
    http2.removeAllListeners("data");
    http2.on("data", (chunk: Buffer) => {
      try {
        reader.feed(chunk, take, events.parts);
      } catch (error) {
        events.broken(error);
      }
    });
    http2.on("drain", () => events.drained());
    http2.resume();
  }

  /** Takes over a stream on which no message is under way in either direction; undefined when one is. */
  static open(stream: RawStream, events: LaneEvents): MessageLane | undefined {
    if (stream.writableLength > 0 || stream.readableLength > 0) return undefined;
    const { call, http2 } = innermostCall(stream) ?? {};
    if (call === undefined || http2 === undefined || !isAtRest(call)) return undefined;
    if (call["metadataSent"] === false && "sendMetadata" in stream) stream.sendMetadata(new Metadata());
    return call["metadataSent"] === false ? undefined : new MessageLane(http2, events);
  }

  /** False when writing more only fills memory; `drained` tells when that ends. */
  write(message: Buffer | GatheredMessage): boolean {
    const http2 = this.#http2;
    if (!(message instanceof GatheredMessage)) return http2.write(withPrefix(message));
    http2.cork();
    let more = http2.write(prefixAndHead(message.length, message.head));
    for (const piece of piecesOf(message.body)) if (piece.length > 0) more = http2.write(piece);
    http2.uncork();
    return more;
  }
}

/** No message is half read or waits to be handed out, and none will come compressed. */
function isAtRest(call: Fields): boolean {
  const waiting = call["unpushedReadMessages"] ?? call["readQueue"];
  const encoding = call["incomingEncoding"] ?? "identity";
  const betweenMessages = fieldsOf(call["decoder"])?.["readState"] === 0;
  return betweenMessages && Array.isArray(waiting) && waiting.length === 0 && encoding === "identity";
}
