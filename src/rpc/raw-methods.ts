/**
 * Unary methods that come and go while a server runs, with raw bytes on both sides: what is in a message is between the
 * caller and who answers.
 */
import type { sendUnaryData, Server, ServerUnaryCall } from "@grpc/grpc-js";

/** A call of such a method. */
export type RawCall = ServerUnaryCall<Buffer, Buffer>;
/** Takes the response, or an error, of such a call. */
export type RawAnswer = sendUnaryData<Buffer>;

const identity = (bytes: Buffer): Buffer => bytes;

/** Serves `/package.Service/Method` from now on. */
export function addRawMethod(
  server: Server,
  path: string,
  take: (call: RawCall, answer: RawAnswer) => void,
): void {
  server.register(path, take, identity, identity, "unary");
}

/** Serves it no more; calls under way go on. */
export function removeRawMethod(server: Server, path: string): void {
  server.unregister(path);
}
