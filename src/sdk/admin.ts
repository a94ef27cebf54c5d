/** What operators and kernel authors do through the SDK: deploy, list, watch, read logs. */
import { createHash } from "node:crypto";
import type { Client } from "../rpc/grpc.ts";
import {
  deployKernel,
  getKernel,
  listKernels,
  listNodes,
  watchCluster,
  type CallOptions,
} from "../rpc/clients.ts";
import type { DeployRequest } from "../rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse__Output } from "../rpc/generated/heddle/v1/DeployResponse.ts";
import type { GetResponse__Output } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Kernel__Output } from "../rpc/generated/heddle/v1/Kernel.ts";
import type { Node__Output } from "../rpc/generated/heddle/v1/Node.ts";
import type { WatchResponse__Output } from "../rpc/generated/heddle/v1/WatchResponse.ts";

import { logsOf, type LogEvent, type LogsOptions } from "./logs.ts";

/** A kernel as the fabric describes it. */
export type KernelInfo = Kernel__Output;
/** A node as the scheduler sees it. */
export type NodeInfo = Node__Output;
/** A change in the cluster. */
export type ClusterEvent = WatchResponse__Output;
/** What a deploy did. */
export type Deployed = DeployResponse__Output;

/** What to watch. */
export interface WatchOptions {
  /** Tell of attempts as well. Default false. */
  readonly attempts?: boolean;
  /** Only attempts of these functions (`kernel/function`). Default all. */
  readonly functions?: readonly string[];
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

/** Which version of a kernel to look at. */
export interface KernelOptions extends CallOptions {
  /** sha-256 of its module, 64 hex digits. Default the version that serves. */
  readonly digest?: string;
}

const partBytes = 256 * 1024;

export class FabricAdmin {
  readonly #channel: Client;

  constructor(channel: Client) {
    this.#channel = channel;
  }

  /** Deploys a built module under the name in its manifest. Rejects with the reasons of admission. */
  deploy(wasm: Uint8Array, options: CallOptions = {}): Promise<Deployed> {
    return deployKernel(this.#channel, upload(wasm), options);
  }

  /** All kernels by name. */
  async kernels(options: CallOptions = {}): Promise<KernelInfo[]> {
    return (await listKernels(this.#channel, options)).kernels;
  }

  /** One kernel with its descriptor, in the version that serves or another one. Rejects with KERNEL_NOT_FOUND. */
  kernel(name: string, options: KernelOptions = {}): Promise<GetResponse__Output> {
    const { digest = "", ...call } = options;
    return getKernel(this.#channel, { name, digest }, call);
  }

  /** All nodes by id. */
  async nodes(options: CallOptions = {}): Promise<NodeInfo[]> {
    return (await listNodes(this.#channel, options)).nodes;
  }

  /** The nodes as they are, `synced`, then every change. */
  watch(options: WatchOptions = {}): AsyncGenerator<ClusterEvent> {
    const request = { attempts: options.attempts ?? false, functions: [...(options.functions ?? [])] };
    return watchCluster(this.#channel, request, options.signal);
  }

  /** What kernels logged: the last lines, `synced`, and with `follow` those to come. */
  logs(options: LogsOptions = {}): AsyncGenerator<LogEvent> {
    return logsOf(this.#channel, options);
  }
}

function* upload(wasm: Uint8Array): Generator<DeployRequest> {
  const digest = createHash("sha256").update(wasm).digest("hex");
  yield { header: { size: wasm.length, digest } };
  for (let at = 0; at < wasm.length; at += partBytes) {
    const part = wasm.subarray(at, at + partBytes);
    yield { data: Buffer.from(part.buffer, part.byteOffset, part.length) };
  }
}
