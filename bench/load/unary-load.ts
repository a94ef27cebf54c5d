/**
 * Load on a unary method from outside: h2load where it is installed, else a stock grpc-js client. Both make one and the
 * same call over and over; which of them it was stands with the result, since a client in JavaScript takes more of two
 * cores than any server does.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../processes/child.ts";
import { h2loadVersion, runH2load, type H2loadCalls } from "./h2load.ts";
import { requestRound } from "./load.ts";
import type { UnaryConfig } from "./unary-client.ts";

/** Connections of a client. */
export const connections = 4;
/** Calls in flight, over all connections. */
export const inFlight = 256;

/** A method under load, and the one call that is made. */
export interface UnaryTarget {
  readonly address: string;
  readonly path: string;
  readonly request: Buffer;
  readonly reply: Buffer;
}

/** A round of it. */
export interface UnaryRound {
  readonly calls: number;
  readonly elapsedMs: number;
}

/** A client of one target. Gives a round in which every reply was right. */
export type UnaryClient = (durationMs: number) => Promise<UnaryRound>;

/** A way to make load. */
export interface UnaryLoad {
  /** Name and version of the client. */
  readonly client: string;
  connect(scope: AsyncDisposableStack, target: UnaryTarget): Promise<UnaryClient>;
}

/** The best client that this machine has. */
export async function chooseLoad(): Promise<UnaryLoad> {
  const version = await h2loadVersion();
  return version === undefined ? grpcLoad : { client: `h2load ${version}`, connect: connectH2load };
}

/** A client in JavaScript, as stock as its settings let it be. */
export const grpcLoad: UnaryLoad = {
  client: "grpc-js",
  async connect(scope, { address, path, request, reply }) {
    const messages = { request: request.toString("hex"), reply: reply.toString("hex") };
    const config: UnaryConfig = { address, path, ...messages, connections };
    const child = await startChild(scope, "load/unary-client.ts", config);
    return (durationMs) => requestRound(child, { inFlight, durationMs });
  },
};

async function connectH2load(scope: AsyncDisposableStack, target: UnaryTarget): Promise<UnaryClient> {
  const { address, path, request, reply } = target;
  const folder = await mkdtemp(join(tmpdir(), "heddle-h2load-"));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "request");
  await writeFile(file, framed(request));
  const streams = inFlight / connections;
  const replyBytes = framed(reply).length;
  const options = { address, path, file, connections, streams };
  // It is told how many calls to make rather than how long: calls that it gives up at the end could not be counted.
  let callsPerMs = 1;
  return async (durationMs) => {
    let [calls, elapsedMs] = [0, 0];
    while (elapsedMs < durationMs * 0.9) {
      const part = Math.max(inFlight, Math.round((durationMs - elapsedMs) * callsPerMs));
      const took = await runChecked({ ...options, calls: part }, replyBytes);
      callsPerMs = part / took;
      calls += part;
      elapsedMs += took;
    }
    return { calls, elapsedMs };
  };
}

/** Makes the calls and gives the time they took. Throws unless each was answered with a message of the right size. */
async function runChecked(options: H2loadCalls, replyBytes: number): Promise<number> {
  const { elapsedMs, answered, replyBytes: received } = await runH2load(options);
  const { calls, path } = options;
  if (answered === calls && received === calls * replyBytes) return elapsedMs;
  throw new Error(
    `${calls} calls of ${path} got ${answered} answers and ${received} bytes, not ${calls * replyBytes}`,
  );
}

/** A message as gRPC sends it: not compressed, its length, its bytes. */
function framed(message: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}
