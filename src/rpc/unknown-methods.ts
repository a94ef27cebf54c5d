/**
 * A sentence for calls of methods that are not there. The library answers those itself and names only the path, so they
 * are led to a method that says more. That one is a stream: it answers before the client has sent its message.
 */
import type { Server, ServerDuplexStream } from "@grpc/grpc-js";
import { HeddleError } from "../base/error.ts";
import { onEarlyHeaders } from "./http2-sessions.ts";
import { toStatus } from "./status.ts";

const explainingPath = "/heddle.v1/Unknown";
const identity = (bytes: Buffer): Buffer => bytes;

/**
 * Has `explain` say what is wrong with a path; undefined leaves the call to the library. To be called after a server
 * was bound.
 */
export function explainUnknownMethods(server: Server, explain: (path: string) => string | undefined): void {
  const pathKey = "heddle-path";
  const take = (call: ServerDuplexStream<Buffer, Buffer>): void => {
    const path = String(call.metadata.get(pathKey)[0] ?? "");
    const said = explain(path) ?? `nothing serves ${path}`;
    call.emit("error", toStatus(new HeddleError("METHOD_NOT_FOUND", said)));
  };
  server.register(explainingPath, take, identity, identity, "bidi");
  onEarlyHeaders(server, (headers) => {
    const path = headers[":path"];
    if (path === undefined || explain(path) === undefined) return;
    headers[":path"] = explainingPath;
    headers[pathKey] = path;
  });
}
