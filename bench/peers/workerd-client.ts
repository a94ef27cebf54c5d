/** The load client of workerd: POSTs over keep-alive connections, by undici at its lowest level, which is its fastest. */
import { configOf } from "../processes/child.ts";
import { loadPackage } from "./installed.ts";
import { serveStampLoad } from "./stamp-load.ts";
import { connections, type WorkerdConfig } from "./workerd.ts";

/** The little of undici that is used here. */
interface Undici {
  readonly Pool: new (origin: string, options: PoolOptions) => Pool;
}

interface PoolOptions {
  readonly socketPath: string;
  readonly connections: number;
  /** Requests under way on a connection. */
  readonly pipelining: number;
}

interface Pool {
  dispatch(request: PostRequest, handler: ResponseHandler): boolean;
}

interface PostRequest {
  readonly method: "POST";
  readonly path: string;
  readonly body: Uint8Array;
}

interface ResponseHandler {
  onRequestStart(): void;
  onResponseStart(controller: unknown, status: number): void;
  onResponseData(controller: unknown, chunk: Uint8Array): void;
  onResponseEnd(): void;
  onResponseError(controller: unknown, error: Error): void;
}

const { paths, payloadBytes } = configOf<WorkerdConfig>();
const { Pool } = loadPackage<Undici>("undici");
const pools = paths.map((socketPath) => new Pool("http://stamp", { socketPath, connections, pipelining: 1 }));
let turn = 0;

serveStampLoad<Uint8Array>({
  payloadBytes,
  send(data, replied, failed) {
    const request: PostRequest = { method: "POST", path: "/", body: data };
    pools[turn++ % pools.length]?.dispatch(request, responseHandler(replied, failed));
  },
  bytesOf: (reply) => reply,
});

/** Waits for all of a response; its few bytes come in one chunk. */
function responseHandler(
  replied: (reply: Uint8Array) => void,
  failed: (error: unknown) => void,
): ResponseHandler {
  let body: Uint8Array = new Uint8Array();
  return {
    onRequestStart() {},
    onResponseStart(_controller, status) {
      if (status !== 200) failed(new Error(`workerd answered with status ${status}`));
    },
    onResponseData(_controller, chunk) {
      body = body.length === 0 ? chunk : Buffer.concat([body, chunk]);
    },
    onResponseEnd: () => replied(body),
    onResponseError: (_controller, error) => failed(error),
  };
}
