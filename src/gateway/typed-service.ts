/**
 * Every deployed function as a gRPC method of its own: `/linalg.LinalgService/Matmul` takes and gives the messages of
 * the kernel's descriptor. The gateway never decodes them, so that a method is a path with bytes on both sides.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Server } from "../rpc/grpc.ts";
import type { RawAnswer, RawCall } from "../rpc/raw-call.ts";
import { addRawMethod, removeRawMethod } from "../rpc/raw-methods.ts";
import type { Engine } from "./engine.ts";
import { readCallHeaders } from "./call-headers.ts";
import { callStats } from "./call-stats.ts";
import { serviceNameOf, type KernelRecord } from "./kernel-record.ts";
import type { FunctionRecord } from "./records.ts";
import type { Registry } from "./registry.ts";
import type { RoutedKernel } from "./route-store.ts";
import type { SingleCall } from "./single-call.ts";
import { SingleCalls } from "./single-calls.ts";

/** A kernel's service as it is served now. */
interface Service {
  readonly fullName: string;
  /** Methods of the version that serves. */
  readonly methods: readonly string[];
  /** Paths of the methods of all versions. */
  readonly paths: readonly string[];
}

const kernelPath = /^\/([a-z0-9_]+)\.([A-Za-z0-9_]+)\/(.*)$/s;

export class TypedService {
  readonly #server: Server;
  readonly #calls: SingleCalls;
  readonly #registry: Registry;
  readonly #services = new Map<string, Service>();
  readonly #paths = new Set<string>();

  constructor(server: Server, engine: Engine, registry: Registry) {
    this.#server = server;
    this.#calls = new SingleCalls(engine);
    this.#registry = registry;
  }

  /**
   * Serves the methods of all versions that are kept, so that an earlier one can be called by its digest although the
   * later one lacks a function; without a digest such a method is as good as none. Undefined is a kernel that is gone.
   */
  update(kernel: string, routed: RoutedKernel | undefined): void {
    for (const path of this.#services.get(kernel)?.paths ?? []) {
      this.#paths.delete(path);
      removeRawMethod(this.#server, path);
    }
    this.#services.delete(kernel);
    if (routed === undefined) return;
    const { serving, versions } = routed;
    const functions = new Map<string, string>();
    for (const version of [serving, ...versions.values()]) {
      for (const { name, method } of version.admitted.schema.functions)
        functions.set(methodPathOf(version, method), name);
    }
    for (const [path, name] of functions) {
      this.#paths.add(path);
      addRawMethod(this.#server, path, (call, answer) => this.#call(kernel, name, call, answer));
    }
    const methods = serving.admitted.schema.functions.map(({ method }) => method);
    this.#services.set(kernel, { fullName: serviceNameOf(serving), methods, paths: [...functions.keys()] });
  }

  /** What is wrong with a path that looks like a kernel's but is not served; undefined for all others. */
  explain(path: string): string | undefined {
    return this.#paths.has(path) ? undefined : this.#absence(path);
  }

  #absence(path: string): string | undefined {
    const [, kernel = "", , method = ""] = kernelPath.exec(path) ?? [];
    if (kernel === "") return undefined;
    const service = this.#services.get(kernel);
    if (service === undefined) {
      const known = [...this.#services.values()].map(({ fullName }) => fullName).toSorted();
      const advice = known.length === 0 ? "no kernel is deployed yet" : `there are: ${known.join(", ")}`;
      return `no kernel "${kernel}" is deployed that could serve ${path}; ${advice}`;
    }
    const has = `${service.fullName} has: ${service.methods.join(", ")}`;
    return path.startsWith(`/${service.fullName}/`)
      ? `${service.fullName} has no method ${JSON.stringify(method)}; ${has}`
      : `kernel "${kernel}" serves no ${path}; ${has}`;
  }

  #resolve(kernel: string, fn: string, digest: string, path: string): FunctionRecord {
    try {
      return this.#registry.resolve(kernel, fn, digest);
    } catch (error) {
      const known = HeddleError.from(error);
      if (digest !== "" || known.reason !== "FUNCTION_NOT_FOUND") throw known;
      throw new HeddleError("METHOD_NOT_FOUND", this.#absence(path) ?? known.rawMessage);
    }
  }

  #call(kernel: string, fn: string, call: RawCall, answer: RawAnswer): SingleCall | undefined {
    try {
      const { digest, ...options } = readCallHeaders((name) => call.header(name));
      const record = this.#resolve(kernel, fn, digest, call.path);
      const request = {
        function: record,
        payload: call.request,
        deadlineMs: call.deadlineMs,
        ...options,
        caller: call.caller,
        responseMaxBytes: limits.unaryMessageMaxBytes,
      };
      return this.#calls.start(request, {
        succeeded: (payload, frame, position) =>
          answer.succeeded(payload, callStats(record.digest, frame, position)),
        failed: (error) => answer.failed(error),
      });
    } catch (error) {
      answer.failed(HeddleError.from(error));
      return undefined;
    }
  }
}

/** `/linalg.LinalgService/Matmul` */
export function methodPathOf(record: KernelRecord, method: string): string {
  return `/${serviceNameOf(record)}/${method}`;
}
