/**
 * Unary calls with raw bytes on both sides, read and answered on their HTTP/2 streams. The library makes a call out of a
 * dozen objects, promises and copies, which are good for streams, interceptors and compression; a plain call has no use
 * for them, and they are a third of its time (bare echo: 42 µs a call with the library, 27 without).
 *
 * Source of what is on the wire: gRPC over HTTP2, https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
 */
import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Alarm } from "../base/alarm.ts";
import { systemClock } from "../base/clock.ts";
import { Code } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { Pieces } from "../base/pieces.ts";
import { TimerHeap, type HeapTimer } from "../base/timer-heap.ts";
import { parseTimeoutMs } from "../wire/timeout.ts";
import type { RawAnswer, RawCall, TakeRawCall } from "./raw-call.ts";
import { toStatus } from "./status.ts";

/** What the plain calls of one connection have in common. */
interface Connection {
  readonly caller: string;
  /** Bytes of requests that have not come whole and of responses that have not been read. */
  heldBytes: number;
}

/** What a connection may hold, and how long a stream that is in the way. */
type PlainCallBounds = Readonly<Record<"unaryHeldMaxBytes" | "unaryCloseMs", number>>;

/** The plain calls of a server. */
export class PlainCalls {
  readonly #bounds: PlainCallBounds;
  readonly #open = new OpenCalls();
  readonly #connections = new WeakMap<Http2Session, Connection>();

  constructor(bounds: PlainCallBounds = limits) {
    this.#bounds = bounds;
  }

  /** Takes a call over, unless its timeout is none. */
  take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, take: TakeRawCall): boolean {
    if (stream.destroyed) return true; // with its connection, before it was told of
    const timeout = headers["grpc-timeout"];
    const timeoutMs = typeof timeout === "string" ? parseTimeoutMs(timeout) : Infinity;
    if (timeoutMs === undefined) return false;
    const connection = this.#connectionOf(stream.session);
    const call = new PlainCall(stream, headers, connection, timeoutMs, take, this.#open, this.#bounds);
    this.#open.add(call);
    return true;
  }

  #connectionOf(session: Http2Session | undefined): Connection {
    if (session === undefined) return { caller: "unary unknown", heldBytes: 0 };
    const known = this.#connections.get(session);
    if (known !== undefined) return known;
    const { remoteAddress, remotePort } = session.socket;
    const caller = `unary ${remoteAddress ?? "unknown"}:${remotePort ?? 0}`;
    const connection = { caller, heldBytes: 0 };
    this.#connections.set(session, connection);
    return connection;
  }
}

/** Calls whose streams are open, by the time at which something is to be done about them. */
class OpenCalls {
  readonly #calls = new TimerHeap<PlainCall>();
  readonly #alarm = new Alarm(systemClock, () => this.#expire());

  add(call: PlainCall): void {
    this.#calls.add(call);
    this.#alarm.set(call.at);
  }

  remove(call: PlainCall): void {
    this.#calls.remove(call);
  }

  #expire(): void {
    const now = systemClock.now();
    for (let call = this.#calls.takeDue(now); call !== undefined; call = this.#calls.takeDue(now))
      call.expire();
    this.#alarm.set(this.#calls.nextAt());
  }
}

const headerBytes = 5;
const responseHeaders: readonly string[] = [
  ...[":status", "200"],
  ...["content-type", "application/grpc+proto"],
  ...["grpc-encoding", "identity"],
  ...["grpc-accept-encoding", "identity,deflate,gzip"],
];
const withTrailers = { waitForTrailers: true };

class PlainCall implements RawCall, RawAnswer, HeapTimer {
  readonly path: string;
  /** By when the request must have come; a while after it the stream must be over. */
  at: number;
  slot = -1;
  request: Buffer = Buffer.alloc(0);
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  readonly #take: TakeRawCall;
  readonly #open: OpenCalls;
  readonly #bounds: PlainCallBounds;
  #state: "reading" | "running" | "over" = "reading";
  #late = false;
  #taken: { cancel(): void } | undefined;
  readonly #received = new Pieces();
  /** Its part of what the connection holds. */
  #heldBytes = 0;
  /** Size of the request message, once that is known. */
  #size = -1;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    connection: Connection,
    timeoutMs: number,
    take: TakeRawCall,
    open: OpenCalls,
    bounds: PlainCallBounds,
  ) {
    this.path = headers[":path"] ?? "";
    this.at = systemClock.now() + Math.min(timeoutMs, limits.deadlineMaxMs);
    this.#stream = stream;
    this.#headers = headers;
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
    this.#take = take;
    this.#open = open;
    this.#bounds = bounds;
    stream.on("data", (chunk: Buffer) => this.#data(chunk));
    stream.on("end", () => this.#end());
    stream.on("close", () => this.#closed());
    stream.on("error", ignore);
  }

  get caller(): string {
    return this.#connection.caller;
  }

  get deadlineMs(): number {
    return this.#timeoutMs === Infinity ? Infinity : Math.max(0, this.at - systemClock.now());
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === "string" ? value : value?.[0];
  }

  succeeded(response: Buffer, trailers: Readonly<Record<string, string>>): void {
    if (this.#state !== "over" && !this.#hold(headerBytes + response.length)) {
      this.failed(tooMuch(`${response.length} bytes of a response`));
      return;
    }
    if (!this.#settle()) return;
    const message = Buffer.allocUnsafe(headerBytes + response.length);
    message[0] = 0; // not compressed
    message.writeUInt32BE(response.length, 1);
    message.set(response, headerBytes);
    const stream = this.#stream;
    stream.respond(responseHeaders, withTrailers);
    stream.once("wantTrailers", () =>
      stream.sendTrailers({ "grpc-status": "0", "grpc-message": "OK", ...trailers }),
    );
    stream.end(message);
  }

  failed(error: HeddleError): void {
    const early = this.#state === "reading";
    if (!this.#settle()) return;
    this.#hold(0);
    if (early) this.#linger();
    const { code, details, metadata } = toStatus(error);
    const status = { "grpc-status": String(code), "grpc-message": encodeURI(details.toWellFormed()) };
    const headers = { ":status": 200, "content-type": "application/grpc+proto" };
    this.#stream.respond({ ...headers, ...status, ...metadata.toHttp2Headers() }, { endStream: true });
  }

  /** Its time is over: that of the request, or that of the stream. */
  expire(): void {
    if (this.#late) this.#stream.close(constants.NGHTTP2_CANCEL);
    else if (this.#state !== "reading") this.#linger();
    else this.failed(new HeddleError("DEADLINE", "the deadline passed before the request had come"));
  }

  /** Leaves the stream a while for its outcome, or the rest of a request that is not wanted, and then ends it. */
  #linger(): void {
    this.#late = true;
    this.#open.remove(this);
    this.at = systemClock.now() + this.#bounds.unaryCloseMs;
    this.#open.add(this);
  }

  /** True once, for whoever may answer; false also when nobody listens any more. */
  #settle(): boolean {
    if (this.#state === "over") return false;
    this.#state = "over";
    this.#received.clear();
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  /** False when the connection holds so much already that this is too much. */
  #hold(bytes: number): boolean {
    const held = this.#connection.heldBytes + bytes - this.#heldBytes;
    if (held > this.#bounds.unaryHeldMaxBytes) return false;
    this.#connection.heldBytes = held;
    this.#heldBytes = bytes;
    return true;
  }

  #data(chunk: Buffer): void {
    if (this.#state !== "reading") return; // what a failed call still sends
    this.#received.add(chunk);
    const { bytes } = this.#received;
    if (!this.#hold(bytes)) {
      this.failed(tooMuch(`${bytes} bytes of a request`));
      return;
    }
    if (this.#size < 0 && bytes >= headerBytes) this.#readHeader();
    if (this.#size >= 0 && bytes > headerBytes + this.#size)
      this.failed(unimplemented(`${this.path} takes one message, more than that came`));
  }

  #readHeader(): void {
    const bytes = this.#received.joined();
    const size = bytes.readUInt32BE(1);
    if (bytes[0] !== 0) {
      const said = "the request says it is compressed, but its headers name no encoding";
      this.failed(new HeddleError("INTERNAL", said));
    } else if (size > limits.unaryMessageMaxBytes) {
      const said = `the request has ${size} bytes, a unary call takes ${limits.unaryMessageMaxBytes}; use a Session`;
      this.failed(new HeddleError("PAYLOAD_TOO_LARGE", said));
    } else {
      this.#size = size;
    }
  }

  #end(): void {
    if (this.#state !== "reading") return;
    const { bytes } = this.#received;
    if (bytes !== headerBytes + this.#size) {
      this.failed(unimplemented(`${this.path} takes one message, none came whole`));
      return;
    }
    this.#state = "running";
    this.#hold(0);
    // In memory of its own: a piece is a part of what was read from the socket at once, all of which is kept with it.
    this.request = this.#received.take().subarray(headerBytes);
    this.#taken = this.#take(this, this);
  }

  #closed(): void {
    const state = this.#state;
    this.#settle();
    this.#hold(0);
    this.#open.remove(this);
    if (state === "running") this.#taken?.cancel();
  }
}

function unimplemented(said: string): HeddleError {
  return new HeddleError("BAD_REQUEST", said, { code: Code.UNIMPLEMENTED });
}

function tooMuch(what: string): HeddleError {
  const said = `${what} are more than this connection may hold: send requests whole, and read responses as they come`;
  return new HeddleError("QUEUE_FULL", said, { retryAfterMs: limits.queueFullRetryMs });
}

/** An error of a stream is followed by its close, which is what is looked at. */
function ignore(): void {}
