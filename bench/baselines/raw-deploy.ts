/** The bare deploy that Heddle's is measured against: see raw-deploy-server.ts. */
import { Client, credentials } from "@grpc/grpc-js";
import { startChild } from "../processes/child.ts";

/** The method that is called. */
export const deployPath = "/bench.Deploy/Deploy";
/** What the function of each module is called with. */
export const mixedValue = 5;

/** What the server says when it listens. */
export interface RawDeployReady {
  readonly address: string;
}

/** Starts the server; gives a function that deploys a module and gives the first result of its function. */
export async function startRawDeploy(
  scope: AsyncDisposableStack,
): Promise<(wasm: Uint8Array) => Promise<number>> {
  const { ready } = await startChild(scope, "baselines/raw-deploy-server.ts", {});
  const { address } = ready as RawDeployReady; // said by raw-deploy-server.ts
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.enable_retries": 0,
    "grpc.enable_channelz": 0,
  });
  scope.defer(() => client.close());
  const identity = (message: Buffer): Buffer => message;
  return (wasm) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(wasm.buffer, wasm.byteOffset, wasm.length);
      client.makeUnaryRequest(deployPath, identity, identity, bytes, (error, reply) =>
        error === null && reply !== undefined ? resolve(reply.readInt32LE(0)) : reject(error),
      );
    });
}
