/**
 * The HTTP/2 servers behind a gRPC server. The library keeps them to itself, and two things cannot be had without them;
 * tests with raw HTTP/2 clients and with calls that hang hold that they are where they are looked for.
 */
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Server } from "@grpc/grpc-js";

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

/** Cuts all connections. The library's own `forceShutdown` forgets them when channelz is off, as it is here. */
export function destroySessions(server: Server): void {
  for (const { sessions } of serversOf(server).values())
    for (const session of [...sessions]) session.destroy();
}

function serversOf(server: Server): Servers {
  const { http2Servers } = server as unknown as { readonly http2Servers: Servers }; // see above
  return http2Servers;
}
