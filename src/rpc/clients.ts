/**
 * The calls Heddle's own processes make, typed and as promises or async iterables. Errors are HeddleErrors.
 */
import type { Client, ClientReadableStream, Metadata, MethodDefinition } from "@grpc/grpc-js";
import { fromStatus } from "./status.ts";
import { heddle } from "./services.ts";
import type { DeleteRequest } from "./generated/heddle/v1/DeleteRequest.ts";
import type { DeleteResponse__Output as DeleteResponse } from "./generated/heddle/v1/DeleteResponse.ts";
import type { DeployRequest } from "./generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse__Output as DeployResponse } from "./generated/heddle/v1/DeployResponse.ts";
import type { FetchModuleRequest } from "./generated/heddle/v1/FetchModuleRequest.ts";
import type { FetchModuleResponse__Output as FetchModuleResponse } from "./generated/heddle/v1/FetchModuleResponse.ts";
import type { GetRequest } from "./generated/heddle/v1/GetRequest.ts";
import type { GetResponse__Output as GetResponse } from "./generated/heddle/v1/GetResponse.ts";
import type { ListNodesResponse__Output as ListNodesResponse } from "./generated/heddle/v1/ListNodesResponse.ts";
import type { ListResponse__Output as ListResponse } from "./generated/heddle/v1/ListResponse.ts";
import type { LogsRequest } from "./generated/heddle/v1/LogsRequest.ts";
import type { LogsResponse__Output as LogsResponse } from "./generated/heddle/v1/LogsResponse.ts";
import type { RouteRequest } from "./generated/heddle/v1/RouteRequest.ts";
import type { RouteResponse__Output as RouteResponse } from "./generated/heddle/v1/RouteResponse.ts";
import type { WatchRequest } from "./generated/heddle/v1/WatchRequest.ts";
import type { WatchResponse__Output as WatchResponse } from "./generated/heddle/v1/WatchResponse.ts";

/** Bounds of one call. */
export interface CallOptions {
  /** Time for the whole call, in ms. Default: none. */
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

function unary<Request, Response>(
  client: Client,
  method: MethodDefinition<Request, Response>,
  request: Request,
  options: CallOptions,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const deadline = options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs };
    const call = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      deadline,
      (error, response) => {
        options.signal?.removeEventListener("abort", cancel);
        if (error !== null) reject(fromStatus(error));
        else if (response === undefined)
          reject(fromStatus(new Error(`${method.path} answered without a message`)));
        else resolve(response);
      },
    );
    const cancel = (): void => call.cancel();
    if (options.signal?.aborted === true) cancel();
    else options.signal?.addEventListener("abort", cancel);
  });
}

async function* messagesOf<Response>(
  call: ClientReadableStream<Response>,
  failure: { readonly error?: unknown },
  signal?: AbortSignal,
): AsyncGenerator<Response> {
  const cancel = (): void => call.cancel();
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted === true) cancel();
  try {
    for await (const message of call) yield message as Response; // the stream's own deserializer made it
    if (failure.error !== undefined) throw failure.error;
  } catch (error) {
    if (signal?.aborted !== true) throw fromStatus(error);
  } finally {
    signal?.removeEventListener("abort", cancel);
    call.cancel();
  }
}

/** The messages of a call, whose failure is kept until somebody asks for them and does no harm if nobody does. */
function stream<Response>(
  call: ClientReadableStream<Response>,
  signal?: AbortSignal,
): AsyncGenerator<Response> {
  const failure: { error?: unknown } = {};
  call.on("error", (error: unknown) => {
    failure.error ??= error;
  });
  return messagesOf(call, failure, signal);
}

const kernels = heddle.Kernels.service;
const cluster = heddle.Cluster.service;
const executor = heddle.Executor.service;

/** `Kernels.Get`. */
export function getKernel(
  client: Client,
  request: GetRequest,
  options: CallOptions = {},
): Promise<GetResponse> {
  return unary(client, kernels.Get, request, options);
}

/** `Kernels.List`. */
export function listKernels(client: Client, options: CallOptions = {}): Promise<ListResponse> {
  return unary(client, kernels.List, {}, options);
}

/** `Kernels.Route`. */
export function routeKernel(
  client: Client,
  request: RouteRequest,
  options: CallOptions = {},
): Promise<RouteResponse> {
  return unary(client, kernels.Route, request, options);
}

/** `Kernels.Delete`. */
export function deleteKernel(
  client: Client,
  request: DeleteRequest,
  options: CallOptions = {},
): Promise<DeleteResponse> {
  return unary(client, kernels.Delete, request, options);
}

/** `Cluster.ListNodes`. */
export function listNodes(client: Client, options: CallOptions = {}): Promise<ListNodesResponse> {
  return unary(client, cluster.ListNodes, {}, options);
}

/** `Cluster.Watch`; ends without an error when the signal aborts. */
export function watchCluster(
  client: Client,
  request: WatchRequest,
  signal?: AbortSignal,
): AsyncGenerator<WatchResponse> {
  const method = cluster.Watch;
  const call = client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
  );
  return stream(call, signal);
}

/** `Kernels.Logs`; ends without an error when the signal aborts. */
export function readLogs(
  client: Client,
  request: LogsRequest,
  signal?: AbortSignal,
): AsyncGenerator<LogsResponse> {
  const { path, requestSerialize, responseDeserialize } = kernels.Logs;
  return stream(client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request), signal);
}

/** `FetchModule` of a scheduler (Kernels) or of a node (Executor); ends without an error when the signal aborts. */
export function fetchModuleStream(
  client: Client,
  of: "scheduler" | "node",
  request: FetchModuleRequest,
  metadata: Metadata,
  signal?: AbortSignal,
): AsyncGenerator<FetchModuleResponse> {
  const method = of === "scheduler" ? kernels.FetchModule : executor.FetchModule;
  const { path, requestSerialize, responseDeserialize } = method;
  return stream(
    client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata),
    signal,
  );
}

/** `Kernels.Deploy`: the messages are written as fast as the connection takes them. */
export function deployKernel(
  client: Client,
  messages: Iterable<DeployRequest>,
  options: CallOptions = {},
): Promise<DeployResponse> {
  const method = kernels.Deploy;
  return new Promise((resolve, reject) => {
    const deadline = options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs };
    let answered = false;
    const call = client.makeClientStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      deadline,
      (error, response) => {
        answered = true;
        options.signal?.removeEventListener("abort", cancel);
        if (error !== null) reject(fromStatus(error));
        else if (response === undefined)
          reject(fromStatus(new Error(`${method.path} answered without a message`)));
        else resolve(response);
      },
    );
    const cancel = (): void => call.cancel();
    if (options.signal?.aborted === true) cancel();
    else options.signal?.addEventListener("abort", cancel);
    const iterator = messages[Symbol.iterator]();
    const send = (): void => {
      while (!answered) {
        const next = iterator.next();
        if (next.done === true) {
          call.end();
          return;
        }
        if (!call.write(next.value)) {
          call.once("drain", send);
          return;
        }
      }
    };
    send();
  });
}
