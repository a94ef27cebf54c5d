/**
 * HeddleError ⇄ gRPC status. The stable reason travels as google.rpc.ErrorInfo in `grpc-status-details-bin`, the
 * advice to wait as google.rpc.RetryInfo, as richer error models of other gRPC libraries expect them.
 */
import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { Code, toCode } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Reason } from "../base/reason.ts";
import { decodeFailure, encodeFailure } from "../wire/failure.ts";

const detailsKey = "grpc-status-details-bin";

/** What a server gives to its callback or emits on its stream. */
export function toStatus(error: unknown): { code: number; details: string; metadata: Metadata } {
  const known = HeddleError.from(error);
  // Both ways of saying it are trailers, whose size HTTP/2 peers bound.
  const details = cut(known.rawMessage, limits.messageMaxBytes);
  const metadata = new Metadata();
  metadata.set(detailsKey, Buffer.from(encodeFailure(known, details)));
  return { code: known.code, details, metadata };
}

/** The beginning of a text, in whole characters of at most so many bytes of UTF-8. */
function cut(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/** What a client got from the library, or any other thing that was thrown. */
export function fromStatus(error: unknown): HeddleError {
  if (!isServiceError(error)) return HeddleError.from(error);
  const details = error.metadata?.get(detailsKey)[0];
  if (details instanceof Buffer) {
    const failure = decodeFailure(details);
    if (failure !== undefined) return failure;
  }
  const code = toCode(error.code);
  return new HeddleError(reasonOfCode(code), plain(error.details), { code, cause: error });
}

/** True for the failure of a call that found no connection: its peer has seen nothing of it. */
export function wasNeverSent({ cause }: HeddleError): boolean {
  return isServiceError(cause) && cause.details.startsWith(noConnection);
}

const noConnection = "No connection established";

/** What went wrong with a connection, without the library's words around it. */
function plain(details: string): string {
  return details
    .replace(/^No connection established\. Last error: (Error: )?/, "")
    .replace(/\.? Resolution note: $/, "");
}

function isServiceError(error: unknown): error is ServiceError & { metadata?: Metadata } {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error;
}

/** A status without ErrorInfo comes from the library or from a stranger; these are its likely causes. */
function reasonOfCode(code: Code): Reason {
  switch (code) {
    case Code.CANCELLED:
      return "CANCELLED";
    case Code.DEADLINE_EXCEEDED:
      return "DEADLINE";
    case Code.UNAVAILABLE:
      return "CONNECTION_LOST";
    case Code.RESOURCE_EXHAUSTED:
      return "PAYLOAD_TOO_LARGE";
    case Code.INVALID_ARGUMENT:
      return "BAD_REQUEST";
    default:
      return "INTERNAL";
  }
}
