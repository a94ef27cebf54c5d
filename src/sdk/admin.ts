/** What operators and kernel authors do through the SDK: deploy, route, list, watch, read logs. */
import { createHash } from "node:crypto";
import { HeddleError } from "../base/error.ts";
import type { Client } from "../rpc/grpc.ts";
import {
  deleteKernel,
  deployKernel,
  getKernel,
  listKernels,
  listNodes,
  routeKernel,
  watchCluster,
  type CallOptions,
} from "../rpc/clients.ts";
import { wrapModule } from "../kernel/wrap.ts";
import { readProtoFile } from "../rpc/proto-file.ts";
import type { DeployRequest } from "../rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse__Output } from "../rpc/generated/heddle/v1/DeployResponse.ts";
import type { GetResponse__Output } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Kernel__Output } from "../rpc/generated/heddle/v1/Kernel.ts";
import type { Node__Output } from "../rpc/generated/heddle/v1/Node.ts";
import type { RouteRequest } from "../rpc/generated/heddle/v1/RouteRequest.ts";
import type { RouteResponse__Output } from "../rpc/generated/heddle/v1/RouteResponse.ts";
import type { WatchResponse__Output } from "../rpc/generated/heddle/v1/WatchResponse.ts";
import type { WhileAway } from "./while-away.ts";
import { logsOf, type LogEvent, type LogsOptions } from "./logs.ts";

/** A kernel as the fabric describes it. */
export type KernelInfo = Kernel__Output;
/** A node as the scheduler sees it. */
export type NodeInfo = Node__Output;
/** A change in the cluster. */
export type ClusterEvent = WatchResponse__Output;
/** What a deploy did. */
export type Deployed = DeployResponse__Output;

/** How a module is to be deployed. */
export interface DeployOptions extends CallOptions {
  /**
   * Name of the kernel, for a module that does not say it itself. Default: the package of `proto`, or what the module
   * says. A WASI command needs nothing else.
   */
  readonly name?: string;
  /** The module exports functions of numbers (i32, i64, f32, f64). Default: it says itself what it is. */
  readonly raw?: boolean;
  /** Path of the .proto file for a module that exports functions of messages (ABI 1). Default: it has its own. */
  readonly proto?: string;
  /** Takes a module that callers of the version before would not understand. Default false. */
  readonly breaking?: boolean;
  /** Above 0 and below 100: the share of the calls that goes to the new version. Default: all of them. */
  readonly canaryPercent?: number;
  /**
   * Above 0: calls are answered by the version before, and this share of them runs on the new one as well, to compare
   * the outcomes. For deterministic functions only. Default: none.
   */
  readonly shadowPercent?: number;
}

/** Which version, by its whole digest. */
export interface VersionOptions extends CallOptions {
  /** 64 hex digits. Default: as the method says. */
  readonly digest?: string;
}

/** How far a version is promoted. */
export interface PromoteOptions extends VersionOptions {
  /** Its share of the calls, above 0 to 100. Default 100. */
  readonly percent?: number;
}

/** What to watch. */
export interface WatchOptions {
  /** Tell of attempts as well. Default false. */
  readonly attempts?: boolean;
  /** Tell of a node with each of its heartbeats, not only when its state changes. Default false. */
  readonly load?: boolean;
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

/** `fabric.admin`: kernels, their versions, nodes and logs of one fabric. */
export class FabricAdmin {
  readonly #channel: Client;
  readonly #away: WhileAway;

  constructor(channel: Client, away: WhileAway) {
    this.#channel = channel;
    this.#away = away;
  }

  /** Deploys a built module under the name in its manifest. Rejects with the reasons of admission, INCOMPATIBLE. */
  async deploy(wasm: Uint8Array, options: DeployOptions = {}): Promise<Deployed> {
    const whole = await complete(wasm, options);
    return this.#away.call("changes", options, (call) =>
      deployKernel(this.#channel, upload(whole, options), call),
    );
  }

  /** Gives the version on trial, or the one named, more of the calls. Rejects with ROUTE_REFUSED, KERNEL_NOT_FOUND. */
  async promote(name: string, options: PromoteOptions = {}): Promise<KernelInfo> {
    const promote = { digest: options.digest ?? "", percent: options.percent ?? 0 };
    return this.#route({ name, promote }, options);
  }

  /**
   * Takes the version on trial back; without one, or with a digest, lets an earlier version serve again. Rejects with
   * ROUTE_REFUSED, KERNEL_NOT_FOUND.
   */
  async rollback(name: string, options: VersionOptions = {}): Promise<KernelInfo> {
    const rollback = { digest: options.digest ?? "" };
    return this.#route({ name, rollback }, options);
  }

  /**
   * Removes the whole kernel, or the version named, which must not get calls. What runs finishes. Gives the digests of
   * what was removed. Rejects with ROUTE_REFUSED, KERNEL_NOT_FOUND.
   */
  async remove(name: string, options: VersionOptions = {}): Promise<string[]> {
    const request = { name, digest: options.digest ?? "" };
    const removed = await this.#away.call("changes", options, (call) =>
      deleteKernel(this.#channel, request, call),
    );
    return removed.digests;
  }

  /** All kernels by name. */
  async kernels(options: CallOptions = {}): Promise<KernelInfo[]> {
    return (await this.#away.call("reads", options, (call) => listKernels(this.#channel, call))).kernels;
  }

  /** One kernel with its descriptor, in the version that serves or another one. Rejects with KERNEL_NOT_FOUND. */
  kernel(name: string, options: KernelOptions = {}): Promise<GetResponse__Output> {
    const { digest = "" } = options;
    return this.#away.call("reads", options, (call) => getKernel(this.#channel, { name, digest }, call));
  }

  /** All nodes by id. */
  async nodes(options: CallOptions = {}): Promise<NodeInfo[]> {
    return (await this.#away.call("reads", options, (call) => listNodes(this.#channel, call))).nodes;
  }

  /** The nodes as they are, `synced`, then every change. */
  watch(options: WatchOptions = {}): AsyncGenerator<ClusterEvent> {
    const { attempts = false, load = false, functions = [] } = options;
    const request = { attempts, load, functions: [...functions] };
    return watchCluster(this.#channel, request, options.signal);
  }

  /** What kernels logged: the last lines, `synced`, and with `follow` those to come. */
  logs(options: LogsOptions = {}): AsyncGenerator<LogEvent> {
    return logsOf(this.#channel, options);
  }

  async #route(request: RouteRequest, options: CallOptions): Promise<KernelInfo> {
    return routed(
      await this.#away.call("changes", options, (call) => routeKernel(this.#channel, request, call)),
    );
  }
}

function routed({ kernel }: RouteResponse__Output): KernelInfo {
  if (kernel === null)
    throw new HeddleError("PROTOCOL", "the gateway changed a route and did not say to what");
  return kernel;
}

/** A module from elsewhere gets the sections that say what it is. */
async function complete(wasm: Uint8Array, { name, raw, proto }: DeployOptions): Promise<Uint8Array> {
  if (name === undefined && raw === undefined && proto === undefined) return wasm;
  return wrapModule(wasm, {
    ...(name === undefined ? {} : { name }),
    ...(raw === undefined ? {} : { raw }),
    ...(proto === undefined ? {} : { descriptor: await readProtoFile(proto) }),
  });
}

function* upload(wasm: Uint8Array, options: DeployOptions): Generator<DeployRequest> {
  const digest = createHash("sha256").update(wasm).digest("hex");
  const { name = "", breaking = false, canaryPercent = 0, shadowPercent = 0 } = options;
  yield { header: { size: wasm.length, digest, name, breaking, canaryPercent, shadowPercent } };
  for (let at = 0; at < wasm.length; at += partBytes) {
    const part = wasm.subarray(at, at + partBytes);
    yield { data: Buffer.from(part.buffer, part.byteOffset, part.length) };
  }
}
