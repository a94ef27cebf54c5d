/** What the library keeps to itself of a call. Package.json names the one version of it for which this holds. */
import { Duplex } from "node:stream";
import type { Http2Stream } from "node:http2";

/** Calls that are looked into. */
const callsMax = 8;

/** Fields of an object that nothing is known of. */
export type Fields = Readonly<Record<string, unknown>>;

/** The call that has the HTTP/2 stream: a client's inside several others, a server's inside its interceptors. */
export function innermostCall(
  stream: object,
): { readonly call: Fields; readonly http2: Http2Stream } | undefined {
  let call = fieldsOf(fieldsOf(stream)?.["call"]);
  for (let depth = 0; call !== undefined && depth < callsMax; depth++) {
    const http2 = call["http2Stream"] ?? call["stream"];
    if (http2 instanceof Duplex) return { call, http2: http2 as Http2Stream }; // no other stream is there
    const { underlyingCalls } = call;
    const attempt = Array.isArray(underlyingCalls) ? fieldsOf(underlyingCalls[0])?.["call"] : undefined;
    call = fieldsOf(call["nextCall"] ?? call["call"] ?? call["child"] ?? attempt);
  }
  return undefined;
}

/** The fields of what may be an object. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null ? (value as Fields) : undefined; // any object has fields
}
