/**
 * grpc-js cuts a call's timeout to 32 bits, so that `600H` is in the past at once. It reads the header before any
 * interceptor runs, hence the header is clamped as the HTTP/2 stream arrives, ahead of the library's own listener. The
 * servers behind a gRPC server are not in its types; a test with a raw HTTP/2 client holds that they are there.
 */
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { clampTimeout } from "../wire/timeout.ts";

const header = "grpc-timeout";
const clamped = new WeakSet<Http2Server>();

/** Clamps the timeouts of calls that come in from now on. To be called after a server was bound. */
export function clampTimeouts(server: Server): void {
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> }; // see above
  for (const http2Server of http2Servers.keys()) {
    if (clamped.has(http2Server)) continue;
    clamped.add(http2Server);
    http2Server.prependListener("stream", (_stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const given = headers[header];
      if (typeof given === "string") headers[header] = clampTimeout(given);
    });
  }
}
