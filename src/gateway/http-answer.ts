/** Answers of the HTTP port: JSON, also for errors, with the status that belongs to a gRPC code. */
import type { ServerResponse } from "node:http";
import { Code, codeName } from "../base/code.ts";
import type { HeddleError } from "../base/error.ts";

/** Headers beside the type and the length. */
export type ExtraHeaders = Readonly<Record<string, string>>;

/** Source: google/rpc/code.proto, which names an HTTP status for every code. */
const statuses: Readonly<Record<Code, number>> = {
  [Code.OK]: 200,
  [Code.CANCELLED]: 499,
  [Code.UNKNOWN]: 500,
  [Code.INVALID_ARGUMENT]: 400,
  [Code.DEADLINE_EXCEEDED]: 504,
  [Code.NOT_FOUND]: 404,
  [Code.ALREADY_EXISTS]: 409,
  [Code.PERMISSION_DENIED]: 403,
  [Code.RESOURCE_EXHAUSTED]: 429,
  [Code.FAILED_PRECONDITION]: 400,
  [Code.ABORTED]: 409,
  [Code.OUT_OF_RANGE]: 400,
  [Code.UNIMPLEMENTED]: 501,
  [Code.INTERNAL]: 500,
  [Code.UNAVAILABLE]: 503,
  [Code.DATA_LOSS]: 500,
  [Code.UNAUTHENTICATED]: 401,
};

/** Sends a JSON text. */
export function answerJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers: ExtraHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return; // the client has gone, or was told already
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(text);
}

/** Sends an error; `status` where HTTP has a better word than the one that belongs to its code. */
export function answerError(
  response: ServerResponse,
  error: HeddleError,
  status: number = statuses[error.code],
  headers: ExtraHeaders = {},
): void {
  const { code, reason, rawMessage: message, attempts, node, traceId, retryAfterMs } = error;
  const body = { code: codeName(code), reason, message, attempts, node, traceId, retryAfterMs };
  const wait =
    retryAfterMs === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  answerJson(response, status, JSON.stringify({ error: body }), { ...wait, ...headers });
}
