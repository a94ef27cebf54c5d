/**
 * The names of spans and attributes. No other file writes one out: a dashboard that reads `heddle.node.id` finds
 * every place that sets it from here.
 *
 * Names without `heddle.` are those of the OpenTelemetry semantic conventions, version 1.45. There the status of an
 * RPC is `rpc.status_code`; `rpc.response.status_code`, its name until then, is deprecated.
 */
import type { SpanAttributes } from "./span-source.ts";

/** Names of the spans of an invocation, from the caller inwards. */
export const SpanName = {
  /** One invocation as its caller sees it. */
  invoke: "invoke",
  /** One map as its caller sees it. */
  map: "map",
  /** One try on one node, from its dispatch to its last result, as the scheduler sees it. */
  attempt: "attempt",
  /** The node's part of an attempt. */
  execute: "execute",
  /** Waiting on the node for a worker. */
  queue: "queue",
  /** Making an instance, when no warm one was there. */
  instantiate: "instantiate",
  /** Running the function. */
  run: "run",
} as const;

/** Names of attributes. */
export const Attribute = {
  rpcSystem: "rpc.system.name",
  rpcMethod: "rpc.method",
  rpcStatusCode: "rpc.status_code",
  errorType: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
  /** `kernel/function`, on the side that calls. */
  faasInvokedName: "faas.invoked_name",
  /** `kernel/function`, on the side that runs. */
  faasName: "faas.name",
  /** Digest of the module. */
  faasVersion: "faas.version",
  faasInvocationId: "faas.invocation.id",
  faasColdStart: "faas.coldstart",
  serviceName: "service.name",
  serviceVersion: "service.version",
  processId: "process.pid",

  /** The node of an attempt; on `invoke`, of the last one. */
  nodeId: "heddle.node.id",
  /** The thread of the node. */
  worker: "heddle.worker",
  /** Which try of its items an attempt is; 1 is the first. */
  attempt: "heddle.attempt",
  /** How many tries an invocation took. */
  attempts: "heddle.attempts",
  /** `ok`, `failed`, `lost` or `cancelled`. */
  outcome: "heddle.outcome",
  /** True on an attempt that died with its node: what the node did of it is not known. */
  lost: "heddle.lost",
  /** Index of the first item of a range. */
  batchFirst: "heddle.batch.first",
  /** Items of a range or of a map. */
  batchCount: "heddle.batch.count",
  /** Items of a map that failed. */
  batchFailed: "heddle.batch.failed",
  /** On a second or later attempt: why the one before it did not settle. */
  retryReason: "heddle.retry.reason",
  /** On an attempt that did not settle all: how many of its items are tried again. */
  retryCount: "heddle.retry.count",
  /** On an attempt that did not settle all: the wait before the next one, in ms. */
  backoffMs: "heddle.backoff_ms",

  /** On the event of a line that a kernel logged. */
  logLevel: "heddle.log.level",
  logText: "heddle.log.text",
  /** Index of the item that logged. */
  logIndex: "heddle.log.item",
} as const;

/** Name of the event of a line that a kernel logged. */
export const logEvent = "heddle.log";

/** Methods of the fabric that carry invocations, as `rpc.method` names them. */
export const RpcMethod = {
  session: "heddle.v1.Fabric/Session",
  invoke: "heddle.v1.Fabric/Invoke",
  execute: "heddle.v1.Executor/Execute",
} as const;

/** The value of `rpc.system.name`. */
export const rpcSystemGrpc = "grpc";

/**
 * `server.address` and `server.port` of an address: `host:port`, `[v6]:port`, `unix:path` or a bare host. Made once per
 * connection and set on every span of it.
 */
export function serverAttributes(address: string): SpanAttributes {
  if (address.startsWith("unix:")) return { [Attribute.serverAddress]: address.slice("unix:".length) };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  if (match === null) return { [Attribute.serverAddress]: address };
  return {
    [Attribute.serverAddress]: match[1] ?? match[2] ?? address,
    [Attribute.serverPort]: Number(match[3]),
  };
}
