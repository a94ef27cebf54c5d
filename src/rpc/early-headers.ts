/**
 * Headers of calls before the gRPC library sees them: it reads some before any interceptor runs, and answers methods
 * that it does not know by itself. The HTTP/2 servers behind a gRPC server are not in its types; tests with raw HTTP/2
 * clients hold that they are there.
 */
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Server } from "@grpc/grpc-js";

/** Calls `edit` with the headers of each call that comes in from now on. To be called after a server was bound. */
export function onEarlyHeaders(server: Server, edit: (headers: IncomingHttpHeaders) => void): void {
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> }; // see above
  for (const http2Server of http2Servers.keys()) {
    http2Server.prependListener("stream", (_stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      edit(headers),
    );
  }
}
