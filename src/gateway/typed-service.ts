/**
 * Every deployed function as a gRPC method of its own: `/linalg.LinalgService/Matmul` takes and gives the messages of
 * the kernel's descriptor. The gateway never decodes them, so that a method is a path with bytes on both sides.
 */
import { limits } from "../base/limits.ts";
import type { Server } from "../rpc/grpc.ts";
import { addRawMethod, removeRawMethod, type RawAnswer, type RawCall } from "../rpc/raw-methods.ts";
import { toStatus } from "../rpc/status.ts";
import { timeLeftMs } from "../rpc/time-left.ts";
import { trailersOf } from "../rpc/trailers.ts";
import type { Engine } from "./engine.ts";
import { readCallHeaders } from "./call-headers.ts";
import { callStats } from "./call-stats.ts";
import { serviceNameOf, type KernelRecord } from "./kernel-record.ts";
import type { Registry } from "./registry.ts";
import { SingleCall } from "./single-call.ts";

/** A kernel's service as it is served now. */
interface Service {
  readonly fullName: string;
  /** Name of the method by its path. */
  readonly methods: ReadonlyMap<string, string>;
}

const kernelPath = /^\/([a-z0-9_]+)\.([A-Za-z0-9_]+)\/(.*)$/s;

export class TypedService {
  readonly #server: Server;
  readonly #engine: Engine;
  readonly #registry: Registry;
  readonly #services = new Map<string, Service>();
  readonly #paths = new Set<string>();

  constructor(server: Server, engine: Engine, registry: Registry) {
    this.#server = server;
    this.#engine = engine;
    this.#registry = registry;
  }

  /** Serves what the version that serves has, and nothing else; undefined is a kernel that is gone. */
  update(kernel: string, current: KernelRecord | undefined): void {
    for (const path of this.#services.get(kernel)?.methods.keys() ?? []) {
      this.#paths.delete(path);
      removeRawMethod(this.#server, path);
    }
    this.#services.delete(kernel);
    if (current === undefined) return;
    const methods = new Map<string, string>();
    for (const { name, method } of current.admitted.schema.functions) {
      const path = methodPathOf(current, method);
      methods.set(path, method);
      this.#paths.add(path);
      addRawMethod(this.#server, path, (call, answer) => this.#call(kernel, name, call, answer));
    }
    this.#services.set(kernel, { fullName: serviceNameOf(current), methods });
  }

  /** What is wrong with a path that looks like a kernel's but is not served; undefined for all others. */
  explain(path: string): string | undefined {
    if (this.#paths.has(path)) return undefined;
    const [, kernel = "", , method = ""] = kernelPath.exec(path) ?? [];
    if (kernel === "") return undefined;
    const service = this.#services.get(kernel);
    if (service === undefined) {
      const known = [...this.#services.values()].map(({ fullName }) => fullName).toSorted();
      const advice = known.length === 0 ? "no kernel is deployed yet" : `there are: ${known.join(", ")}`;
      return `no kernel "${kernel}" is deployed that could serve ${path}; ${advice}`;
    }
    const methods = [...service.methods.values()].join(", ");
    const has = `${service.fullName} has: ${methods}`;
    return path.startsWith(`/${service.fullName}/`)
      ? `${service.fullName} has no method ${JSON.stringify(method)}; ${has}`
      : `kernel "${kernel}" serves no ${path}; ${has}`;
  }

  #call(kernel: string, fn: string, call: RawCall, answer: RawAnswer): void {
    try {
      const { digest, ...options } = readCallHeaders((name) => textOf(call.metadata.get(name)[0]));
      const record = this.#registry.resolve(kernel, fn, digest);
      const single = new SingleCall(
        this.#engine,
        {
          function: record,
          payload: call.request,
          deadlineMs: timeLeftMs(call.getDeadline()),
          ...options,
          caller: `unary ${call.getPeer()}`,
          responseMaxBytes: limits.unaryMessageMaxBytes,
        },
        {
          succeeded: (payload, frame) => answer(null, payload, trailersOf(callStats(record.digest, frame))),
          failed: (error) => answer(toStatus(error)),
        },
      );
      call.on("cancelled", () => single.cancel());
    } catch (error) {
      answer(toStatus(error));
    }
  }
}

/** `/linalg.LinalgService/Matmul` */
export function methodPathOf(record: KernelRecord, method: string): string {
  return `/${serviceNameOf(record)}/${method}`;
}

function textOf(value: string | Buffer | undefined): string | undefined {
  return value === undefined || typeof value === "string" ? value : undefined;
}
