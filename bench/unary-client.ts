/**
 * The stock client of the native figure: unary calls of grpc-js with raw buffers and one and the same request, dealt
 * out over a number of connections; every reply is compared with the one it must be.
 */
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { configOf } from "./child.ts";
import { serveRounds, type LoadLoop } from "./load.ts";

/** What the client is told. */
export interface UnaryConfig {
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  /** Request message in hex. */
  readonly request: string;
  /** Reply message in hex. */
  readonly reply: string;
  readonly connections: number;
}

const { address, path, connections, ...messages } = configOf<UnaryConfig>();
const request = Buffer.from(messages.request, "hex");
const expected = Buffer.from(messages.reply, "hex");
const identity = (message: Buffer): Buffer => message;

const clients = Array.from(
  { length: connections },
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
    const client = clients[slot % connections];
    client?.makeUnaryRequest(path, identity, identity, request, (callbacks[slot] ??= callbackOf(slot)));
  },
});

function callbackOf(slot: number): (error: ServiceError | null, reply?: Buffer) => void {
  return (error, reply) => {
    if (error !== null) loop.failed(error);
    else if (reply?.equals(expected) !== true)
      loop.failed(new Error(`wrong reply: ${reply?.toString("hex")}`));
    else loop.finished(slot);
  };
}
