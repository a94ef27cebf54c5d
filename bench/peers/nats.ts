/** What the programs of the NATS figure know together. */
import { loadPackage } from "./installed.ts";

/** What they are told. */
export interface NatsConfig {
  readonly address: string;
  readonly payloadBytes: number;
}

/** The subject that workers listen on. */
export const subject = "stamp";

/** The little of NATS's client that is used here. */
export interface NatsConnection {
  request(subject: string, payload: Uint8Array, options: RequestOptions): Promise<NatsMessage>;
  subscribe(subject: string, options: SubscribeOptions): unknown;
  /** Resolves when the server has everything that was sent before. */
  flush(): Promise<void>;
}

interface RequestOptions {
  readonly timeout: number;
}

interface SubscribeOptions {
  /** Each message goes to one of those in the same queue group. */
  readonly queue: string;
  callback(error: Error | null, message: NatsMessage): void;
}

/** A request, or a reply. */
export interface NatsMessage {
  readonly data: Uint8Array;
  respond(payload: Uint8Array): boolean;
}

/** Connects to the server. */
export function connectNats({ address }: NatsConfig): Promise<NatsConnection> {
  const { connect } = loadPackage<{
    connect(options: { servers: string; noAsyncTraces: boolean }): Promise<NatsConnection>;
  }>("@nats-io/transport-node");
  // Without a stack trace for every request, as its documentation advises for speed.
  return connect({ servers: address, noAsyncTraces: true });
}
