import type { Metadata } from "@grpc/grpc-js";
import { parseTraceparent } from "../wire/traceparent.ts";

const none = new Uint8Array(0);

/** The parent span in a call's `traceparent` metadata as 25 bytes; empty when there is none or it is garbage. */
export function traceContextOf(metadata: Metadata): Uint8Array {
  const text = metadata.get("traceparent")[0];
  if (typeof text !== "string") return none;
  return parseTraceparent(text) ?? none;
}
