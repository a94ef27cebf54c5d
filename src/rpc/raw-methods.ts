/**
 * Unary methods that come and go while a server runs, with raw bytes on both sides: what is in a message is between the
 * caller and who answers. Plain calls of them are served on their HTTP/2 streams (`plain-call.ts`); those that ask for
 * more, compression for one, go the library's way.
 */
import type { IncomingHttpHeaders } from "node:http2";
import type { sendUnaryData, Server, ServerUnaryCall } from "@grpc/grpc-js";
import { takeStreams } from "./http2-sessions.ts";
import { PlainCalls } from "./plain-call.ts";
import type { TakeRawCall } from "./raw-call.ts";
import { toStatus } from "./status.ts";
import { timeLeftMs } from "./time-left.ts";
import { trailersOf } from "./trailers.ts";

const identity = (bytes: Buffer): Buffer => bytes;
const methodsOf = new WeakMap<Server, Map<string, TakeRawCall>>();

/** Serves `/package.Service/Method` from now on. */
export function addRawMethod(server: Server, path: string, take: TakeRawCall): void {
  const methods = methodsOf.get(server) ?? new Map<string, TakeRawCall>();
  methodsOf.set(server, methods.set(path, take));
  server.register(path, libraryCall(path, take), identity, identity, "unary");
}

/** Serves it no more; calls under way go on. */
export function removeRawMethod(server: Server, path: string): void {
  methodsOf.get(server)?.delete(path);
  server.unregister(path);
}

/** Has a server serve plain calls without the library. To be called after it was bound. */
export function serveRawMethods(server: Server): void {
  const calls = new PlainCalls();
  takeStreams(server, (stream, headers) => {
    const take = methodsOf.get(server)?.get(headers[":path"] ?? "");
    if (take === undefined || !isPlain(headers)) return false;
    return calls.take(stream, headers, take);
  });
}

function isPlain(headers: IncomingHttpHeaders): boolean {
  const encoding = headers["grpc-encoding"];
  return (
    headers["content-type"]?.startsWith("application/grpc") === true &&
    (encoding === undefined || encoding === "identity")
  );
}

function libraryCall(path: string, take: TakeRawCall) {
  return (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
    const taken = take(
      {
        path,
        request: call.request,
        deadlineMs: timeLeftMs(call.getDeadline()),
        caller: `unary ${call.getPeer()}`,
        header(name) {
          const value = call.metadata.get(name)[0];
          return typeof value === "string" ? value : undefined;
        },
      },
      {
        succeeded: (response, trailers) => answer(null, response, trailersOf(trailers)),
        failed: (error) => answer(toStatus(error)),
      },
    );
    call.on("cancelled", () => taken?.cancel());
  };
}
