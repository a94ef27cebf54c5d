/** The bare grpc-js unary echo that Heddle is measured against: one server process, a client process per subject. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, type Child } from "../processes/child.ts";
import { sharedPart } from "../shared-parts.ts";

/** The method that is called. */
export const echoPath = "/bench.Echo/Echo";

/** What the server says when it listens. */
export interface RawEchoReady {
  readonly address: string;
}

/** What the server is told. */
export interface RawEchoServerConfig {
  /** `host:port` or `unix:/path`. */
  readonly listen: string;
}

/** What a client is told. */
export interface RawEchoConfig extends RawEchoReady {
  /** Connections that the calls are dealt out over. */
  readonly channels: number;
  readonly payloadBytes: number;
}

/** Starts the server, on any free port. */
export function startRawEcho(
  scope: AsyncDisposableStack,
  env: Readonly<Record<string, string>> = {},
): Promise<RawEchoReady> {
  return startServer(scope, "127.0.0.1:0", env);
}

/** The server that figures share. */
export function sharedRawEcho(scope: AsyncDisposableStack): Promise<RawEchoReady> {
  return sharedPart(scope, "bare echo", () => startRawEcho(scope));
}

/** The same on a Unix socket. */
export function sharedLocalRawEcho(scope: AsyncDisposableStack): Promise<RawEchoReady> {
  return sharedPart(scope, "bare echo, Unix socket", async () => {
    const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
    scope.defer(() => rm(folder, { recursive: true, force: true }));
    return startServer(scope, `unix:${join(folder, "echo.sock")}`, {});
  });
}

async function startServer(
  scope: AsyncDisposableStack,
  listen: string,
  env: Readonly<Record<string, string>>,
): Promise<RawEchoReady> {
  const config: RawEchoServerConfig = { listen };
  const server = await startChild(scope, "baselines/raw-echo-server.ts", config, env);
  return server.ready as RawEchoReady; // said by raw-echo-server.ts
}

/** A load client of the server, which figures share: it keeps nothing from one round to the next. */
export function sharedRawEchoClient(scope: AsyncDisposableStack, config: RawEchoConfig): Promise<Child> {
  return sharedPart(scope, `bare echo client ${JSON.stringify(config)}`, () =>
    startChild(scope, "baselines/raw-echo-client.ts", config),
  );
}
