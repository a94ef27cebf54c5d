/**
 * grpc-js cuts a call's timeout to 32 bits, so that `600H` is in the past at once. It reads the header before any
 * interceptor runs, hence the header is clamped ahead of the library's own listener.
 */
import type { Server } from "@grpc/grpc-js";
import { clampTimeout } from "../wire/timeout.ts";
import { onEarlyHeaders } from "./http2-sessions.ts";

const header = "grpc-timeout";
const clamped = new WeakSet<Server>();

/** Clamps the timeouts of calls that come in from now on. To be called after a server was bound. */
export function clampTimeouts(server: Server): void {
  if (clamped.has(server)) return;
  clamped.add(server);
  onEarlyHeaders(server, (headers) => {
    const given = headers[header];
    if (typeof given === "string") headers[header] = clampTimeout(given);
  });
}
