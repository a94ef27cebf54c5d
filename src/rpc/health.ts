/** grpc.health.v1: whether a server and its services take calls. Source: grpc doc/health-checking.md. */
import type { sendUnaryData, Server, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { Code } from "../base/code.ts";
import { limits } from "../base/limits.ts";
import type { HealthCheckRequest__Output as HealthCheckRequest } from "./generated/grpc/health/v1/HealthCheckRequest.ts";
import type { HealthCheckResponse } from "./generated/grpc/health/v1/HealthCheckResponse.ts";
import type { HealthListResponse } from "./generated/grpc/health/v1/HealthListResponse.ts";
import { health } from "./services.ts";

type Status = "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";
type WatchCall = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

export class HealthService {
  readonly #services: Set<string>;
  readonly #watches = new Map<WatchCall, string>();
  #status: "SERVING" | "NOT_SERVING" = "SERVING";

  /** `services` are full names; the empty name, the server as a whole, is always known. */
  constructor(services: readonly string[]) {
    this.#services = new Set(["", ...services]);
  }

  addTo(server: Server): void {
    server.addService(health.Health.service, {
      Check: (
        call: ServerUnaryCall<HealthCheckRequest, HealthCheckResponse>,
        answer: sendUnaryData<HealthCheckResponse>,
      ) => {
        const status = this.#of(call.request.service);
        if (status === "SERVICE_UNKNOWN")
          answer({ code: Code.NOT_FOUND, details: `no service "${call.request.service}"` });
        else answer(null, { status });
      },
      List: (_call: unknown, answer: sendUnaryData<HealthListResponse>) => {
        const entries = [...this.#services].map((name) => [name, { status: this.#of(name) }] as const);
        answer(null, { statuses: Object.fromEntries(entries) });
      },
      Watch: (call: WatchCall) => this.#watch(call),
    });
  }

  /** Tells everybody who asks or watches. */
  set(status: "SERVING" | "NOT_SERVING"): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const [call, service] of this.#watches) call.write({ status: this.#of(service) });
  }

  /** From now on there is a service of that full name, or there is none. */
  know(service: string, known: boolean): void {
    if (this.#services.has(service) === known) return;
    if (known) this.#services.add(service);
    else this.#services.delete(service);
    for (const [call, watched] of this.#watches) {
      if (watched === service) call.write({ status: this.#of(service) });
    }
  }

  close(): void {
    this.set("NOT_SERVING");
    for (const call of this.#watches.keys()) call.end();
  }

  #of(service: string): Status {
    return this.#services.has(service) ? this.#status : "SERVICE_UNKNOWN";
  }

  #watch(call: WatchCall): void {
    if (this.#watches.size >= limits.watchBacklogMax) {
      call.emit("error", { code: Code.RESOURCE_EXHAUSTED, details: "too many health watches" });
      return;
    }
    const { service } = call.request;
    this.#watches.set(call, service);
    const end = (): boolean => this.#watches.delete(call);
    call.on("cancelled", end);
    call.on("error", end);
    call.on("close", end);
    call.write({ status: this.#of(service) });
  }
}
