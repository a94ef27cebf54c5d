/**
 * The bare grpc-js relay that payloads are measured against: client → relay → server and back, three processes, each
 * message passed on as the buffer it came in. By unary calls, or by one long-lived stream whose messages are chunks.
 */
import { startChild, type Child } from "../processes/child.ts";

/** How the bytes travel. */
export type RelayWay = "unary" | "stream";

export const unaryPath = "/bench.Relay/Unary";
export const streamPath = "/bench.Relay/Stream";

/** What a receiver lets come in before it has read it. */
export const relayWindowBytes = 4 * 1024 * 1024;

/** Options of all channels: messages of any size, and windows that hold several of them. */
export const relayChannelOptions = {
  "grpc.enable_retries": 0,
  "grpc.enable_channelz": 0,
  "grpc.enable_http_proxy": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc-node.flow_control_window": relayWindowBytes,
};

/** What a server says when it listens. */
export interface RelayReady {
  readonly address: string;
}

/** What a server is told: where to pass on to, or nothing for the one that sends everything back. */
export interface RelayConfig {
  readonly next?: string;
}

/** What a client is told. */
export interface RelayClientConfig {
  readonly address: string;
  readonly way: RelayWay;
  readonly payloadBytes: number;
  /** Bytes of a message on a stream; a payload is several of them. */
  readonly messageBytes: number;
}

/** Starts the server and the relay before it; gives the address of the relay. */
export async function startRawRelay(scope: AsyncDisposableStack): Promise<string> {
  const config: RelayConfig = {};
  const server = await startChild(scope, "baselines/raw-relay-server.ts", config);
  const { address: next } = server.ready as RelayReady; // said by raw-relay-server.ts
  const passing: RelayConfig = { next };
  const relay = await startChild(scope, "baselines/raw-relay-server.ts", passing);
  return (relay.ready as RelayReady).address;
}

/** Starts a client of the relay. */
export function startRawRelayClient(scope: AsyncDisposableStack, config: RelayClientConfig): Promise<Child> {
  return startChild(scope, "baselines/raw-relay-client.ts", config);
}
