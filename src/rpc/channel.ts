/** Options of connections, in one place for every client of the fabric. */
import {
  Client,
  credentials,
  logVerbosity,
  Metadata,
  setLogVerbosity,
  type ChannelOptions,
} from "@grpc/grpc-js";
import { limits } from "../base/limits.ts";
import { libraryLogIsMuted } from "./library-log.ts";

/** Metadata key of the fabric's secret. */
export const secretKey = "heddle-secret";

/**
 * Who is at the other end, by which its silence is judged. A node of the fabric: soon, for its work can be done elsewhere.
 * A scheduler: it may stand still for a moment, and nobody gains by giving it up. A client: gently.
 */
export type ChannelKind = "fabric" | "scheduler" | "client";

/**
 * Channel options. The library's own retry and channelz are off (ours sits above; both cost on every call), and each
 * channel has connections of its own, so that bulk never shares one with small frames.
 */
function channelOptions(kind: ChannelKind, keepalive: "own" | "library"): ChannelOptions {
  const inside = kind !== "client";
  const timeoutMs = inside ? limits.keepaliveTimeoutMs : limits.clientKeepaliveTimeoutMs;
  return {
    "grpc.enable_retries": 0,
    "grpc.enable_channelz": 0,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    "grpc.keepalive_time_ms": inside ? limits.keepaliveMs : limits.clientKeepaliveMs,
    "grpc.keepalive_timeout_ms": keepalive === "own" ? limits.keepaliveLastMs : timeoutMs,
    "grpc.keepalive_permit_without_calls": 1,
    "grpc.initial_reconnect_backoff_ms": limits.reconnectBaseMs,
    "grpc.max_reconnect_backoff_ms": limits.reconnectMaxMs,
    "grpc.max_receive_message_length": limits.unaryMessageMaxBytes,
    "grpc.max_send_message_length": limits.unaryMessageMaxBytes,
    "grpc-node.flow_control_window": limits.receiveWindowBytes,
  };
}

/** Keeps the library silent if that was asked for; to be called before anything of it is made. */
export function heedLibraryLog(): void {
  if (libraryLogIsMuted()) setLogVerbosity(logVerbosity.NONE);
}

/**
 * A channel of its own to `host:port` or `unix:/path`. With `own` keepalive its streams are watched by `keepStreamAlive`;
 * the library's then only ends what was never answered.
 */
export function openChannel(
  address: string,
  kind: ChannelKind,
  keepalive: "own" | "library" = "library",
): Client {
  heedLibraryLog();
  return new Client(address, credentials.createInsecure(), channelOptions(kind, keepalive));
}

/**
 * Closes a channel at the end of this turn. The library's resolver of plain addresses answers in the next tick even when
 * its channel has been closed meanwhile, and would then open a connection that nobody closes.
 */
export function closeChannel(channel: Client): void {
  setImmediate(() => channel.close());
}

/** Metadata that carries the fabric's secret. */
export function secretMetadata(secret: string): Metadata {
  const metadata = new Metadata();
  metadata.set(secretKey, secret);
  return metadata;
}
