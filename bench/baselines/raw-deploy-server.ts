/**
 * The server of the bare deploy: takes a module in one unary call of grpc-js, writes it to disk for good, compiles it,
 * calls its function and answers with the result. It checks nothing and keeps nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { answerRequests } from "../processes/child.ts";
import { largeFunction } from "../modules/large-module.ts";
import { deployPath, mixedValue, type RawDeployReady } from "./raw-deploy.ts";

const identity = (message: Buffer): Buffer => message;
const folder = mkdtempSync(join(tmpdir(), "heddle-raw-deploy-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
let count = 0;

async function deploy(wasm: Buffer): Promise<Buffer> {
  const path = join(folder, `${++count}.wasm`);
  const [module] = await Promise.all([WebAssembly.compile(wasm as Buffer<ArrayBuffer>), keep(path, wasm)]);
  const { exports } = new WebAssembly.Instance(module);
  const mix = exports[largeFunction] as (value: number) => number; // as large-module.ts makes it
  const result = Buffer.alloc(4);
  result.writeInt32LE(mix(mixedValue));
  return result;
}

async function keep(path: string, bytes: Buffer): Promise<void> {
  await using file = await open(path, "w");
  await file.writeFile(bytes);
  await file.sync();
}

const handle = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
  deploy(call.request).then(
    (result) => answer(null, result),
    (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
  );
};

const server = new Server({ "grpc.enable_channelz": 0 });
server.register(deployPath, handle, identity, identity, "unary");
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  const ready: RawDeployReady = { address: `127.0.0.1:${port}` };
  answerRequests(ready, () => Promise.reject(new Error("the deploy server takes no requests")));
});
