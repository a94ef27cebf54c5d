/**
 * The load client of the bare echo: unary calls of grpc-js with raw buffers, dealt out over a number of connections.
 * Retries, channelz and proxies are off, there is no deadline and no metadata, and only the length of a reply is
 * looked at.
 */
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { configOf } from "../child.ts";
import { serveRounds, type LoadLoop } from "../load.ts";
import { echoPath, type RawEchoConfig } from "./raw-echo.ts";

const { address, channels, payloadBytes } = configOf<RawEchoConfig>();
const identity = (message: Buffer): Buffer => message;
const payload = Buffer.alloc(payloadBytes, 7);

const clients = Array.from(
  { length: channels },
  () =>
    new Client(address, credentials.createInsecure(), {
      "grpc.enable_retries": 0,
      "grpc.enable_channelz": 0,
      "grpc.enable_http_proxy": 0,
      "grpc.service_config_disable_resolution": 1,
      // Without it all channels to one address share a connection.
      "grpc.use_local_subchannel_pool": 1,
    }),
);

let loop: LoadLoop;
/** One callback per slot, made when the slot is first used. */
const callbacks: ((error: ServiceError | null, reply?: Buffer) => void)[] = [];

serveRounds({
  begin(begun) {
    loop = begun;
  },
  call(slot) {
    const client = clients[slot % channels];
    client?.makeUnaryRequest(echoPath, identity, identity, payload, (callbacks[slot] ??= callbackOf(slot)));
  },
});

function callbackOf(slot: number): (error: ServiceError | null, reply?: Buffer) => void {
  return (error, reply) => {
    if (error !== null) loop.failed(error);
    else if (reply?.length !== payloadBytes)
      loop.failed(new Error(`a reply has ${reply?.length} bytes, not ${payloadBytes}`));
    else loop.finished(slot);
  };
}
