/**
 * The HTTP/2 servers behind a gRPC server. The library keeps them to itself, and some things cannot be had without them.
 * Hence package.json names one version of it: where another has moved them, no server can be bound, and says so;
 * tests with raw HTTP/2 clients and with calls that hang hold that they are where they are looked for.
 */
import type {
  Http2Server,
  Http2Stream,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { assert } from "../base/assert.ts";

type Servers = ReadonlyMap<Http2Server, { readonly sessions: ReadonlySet<ServerHttp2Session> }>;

/**
 * Calls `edit` with the headers of each call that comes in from now on, before the library sees them: it reads some
 * before any interceptor runs, and answers methods that it does not know by itself. To be called after a server was
 * bound.
 */
export function onEarlyHeaders(server: Server, edit: (headers: IncomingHttpHeaders) => void): void {
  for (const http2Server of serversOf(server).keys()) {
    http2Server.prependListener("stream", (_stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      edit(headers),
    );
  }
}

/**
 * Lets so many bytes come in before they are read, of a stream and of a connection. The library has an option for that
 * which only its clients heed; with the 64 KiB that HTTP/2 begins with, what comes in waits for the sender to hear that
 * it may go on. To be called after a server was bound.
 */
export function widenWindows(server: Server, bytes: number): void {
  for (const http2Server of serversOf(server).keys()) {
    http2Server.updateSettings({ initialWindowSize: bytes });
    http2Server.on("session", (session) => session.setLocalWindowSize(bytes));
  }
}

/** Calls `opened` with each connection that is made from now on. To be called after a server was bound. */
export function onSession(server: Server, opened: (session: ServerHttp2Session) => void): void {
  for (const http2Server of serversOf(server).keys()) {
    if (watched.has(http2Server)) continue;
    watched.add(http2Server);
    http2Server.on("session", opened);
  }
}

const watched = new WeakSet<Http2Server>();

/**
 * Offers each call that comes in from now on to `take`, after the edits of `onEarlyHeaders`; those for which it gives
 * false are left to the library. To be called after a server was bound.
 */
export function takeStreams(
  server: Server,
  take: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean,
): void {
  for (const http2Server of serversOf(server).keys()) {
    if (taking.has(http2Server)) continue;
    taking.add(http2Server);
    // The library's own listener was the first; edits are put before it.
    const library = http2Server.listeners("stream").at(-1) as StreamListener | undefined; // as Node gives it to this event
    assert(library !== undefined, "grpc-js listens for the streams of its HTTP/2 servers");
    http2Server.removeListener("stream", library);
    const listener: StreamListener = (stream, headers, flags, raw) => {
      if (!take(stream, headers)) library.call(http2Server, stream, headers, flags, raw);
    };
    http2Server.on("stream", listener as (stream: Http2Stream) => void); // the types name its base class
  }
}

type StreamListener = (
  this: Http2Server,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  raw: string[],
) => void;

const taking = new WeakSet<Http2Server>();

/** Cuts all connections. The library's own `forceShutdown` forgets them when channelz is off, as it is here. */
export function destroySessions(server: Server): void {
  for (const { sessions } of serversOf(server).values())
    for (const session of [...sessions]) session.destroy();
}

function serversOf(server: Server): Servers {
  const { http2Servers } = server as unknown as { readonly http2Servers: Servers }; // see above
  assert(http2Servers instanceof Map, "grpc-js keeps its HTTP/2 servers in a map");
  return http2Servers;
}
