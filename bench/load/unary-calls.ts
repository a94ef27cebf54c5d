/**
 * Unary calls of grpc-js as a load client makes them, the fastest way that the library has: raw buffers, one and the same
 * request, dealt out over a number of connections; retries, channelz and proxies are off, no deadline, no metadata.
 */
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { serveRounds, type LoadLoop } from "./load.ts";

/** What is called, and over how many connections. */
export interface UnaryCalls {
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  readonly request: Buffer;
  readonly connections: number;
  /** Says what is wrong with a reply, if anything is. */
  readonly faultOf: (reply: Buffer | undefined) => string | undefined;
}

const identity = (message: Buffer): Buffer => message;

/** A load client's main program. */
export function serveUnaryCalls({ address, path, request, connections, faultOf }: UnaryCalls): void {
  const clients = Array.from({ length: connections }, () => connect(address));
  let loop: LoadLoop;
  /** One callback per slot, made when the slot is first used. */
  const callbacks: ((error: ServiceError | null, reply?: Buffer) => void)[] = [];

  function callbackOf(slot: number): (error: ServiceError | null, reply?: Buffer) => void {
    return (error, reply) => {
      const fault = error ?? faultOf(reply);
      if (fault === undefined) loop.finished(slot);
      else loop.failed(typeof fault === "string" ? new Error(fault) : fault);
    };
  }

  serveRounds({
    begin(begun) {
      loop = begun;
    },
    call(slot) {
      const client = clients[slot % connections];
      client?.makeUnaryRequest(path, identity, identity, request, (callbacks[slot] ??= callbackOf(slot)));
    },
  });
}

function connect(address: string): Client {
  return new Client(address, credentials.createInsecure(), {
    "grpc.enable_retries": 0,
    "grpc.enable_channelz": 0,
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    // Without it all channels to one address share a connection.
    "grpc.use_local_subchannel_pool": 1,
  });
}
