/** The bare grpc-js unary echo that Heddle is measured against: one server process, a client process per subject. */
import { startChild, type Child } from "../processes/child.ts";
import { sharedPart } from "../shared-parts.ts";

/** The method that is called. */
export const echoPath = "/bench.Echo/Echo";

/** What the server says when it listens. */
export interface RawEchoReady {
  readonly address: string;
}

/** What a client is told. */
export interface RawEchoConfig extends RawEchoReady {
  /** Connections that the calls are dealt out over. */
  readonly channels: number;
  readonly payloadBytes: number;
}

/** Starts the server. */
export async function startRawEcho(
  scope: AsyncDisposableStack,
  env: Readonly<Record<string, string>> = {},
): Promise<RawEchoReady> {
  const server = await startChild(scope, "baselines/raw-echo-server.ts", {}, env);
  return server.ready as RawEchoReady; // said by raw-echo-server.ts
}

/** The server that figures share. */
export function sharedRawEcho(scope: AsyncDisposableStack): Promise<RawEchoReady> {
  return sharedPart(scope, "bare echo", () => startRawEcho(scope));
}

/** A load client of the server, which figures share: it keeps nothing from one round to the next. */
export function sharedRawEchoClient(scope: AsyncDisposableStack, config: RawEchoConfig): Promise<Child> {
  return sharedPart(scope, `bare echo client ${JSON.stringify(config)}`, () =>
    startChild(scope, "baselines/raw-echo-client.ts", config),
  );
}
