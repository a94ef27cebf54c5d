/** Kernels: deploys, lists, describes, routes, removes and hands out modules. */
import type { sendUnaryData, Server, ServerReadableStream, ServerUnaryCall } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { DeleteRequest__Output as DeleteRequest } from "../rpc/generated/heddle/v1/DeleteRequest.ts";
import type { DeleteResponse } from "../rpc/generated/heddle/v1/DeleteResponse.ts";
import type { DeployRequest__Output as DeployRequest } from "../rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse } from "../rpc/generated/heddle/v1/DeployResponse.ts";
import type { GetRequest__Output as GetRequest } from "../rpc/generated/heddle/v1/GetRequest.ts";
import type { GetResponse } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Kernel } from "../rpc/generated/heddle/v1/Kernel.ts";
import type { ListRequest__Output as ListRequest } from "../rpc/generated/heddle/v1/ListRequest.ts";
import type { ListResponse } from "../rpc/generated/heddle/v1/ListResponse.ts";
import type { RouteRequest__Output as RouteRequest } from "../rpc/generated/heddle/v1/RouteRequest.ts";
import type { RouteResponse } from "../rpc/generated/heddle/v1/RouteResponse.ts";
import { ModuleSender, type ModuleCall } from "../rpc/module-stream.ts";
import { heddle } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import type { Deployment, Prepared } from "./deployment.ts";
import { describeKernel, type ReportOf } from "./kernel-description.ts";
import type { KernelRecord } from "./kernel-record.ts";
import type { LogReaders, LogsCall } from "./log-reader.ts";
import type { Registry } from "./registry.ts";
import type { RoutedKernel } from "./route-store.ts";
import { planOf, receiveUpload } from "./upload.ts";

type DeployCall = ServerReadableStream<DeployRequest, DeployResponse>;
type Unary<Request, Response> = (
  call: ServerUnaryCall<Request, Response>,
  answer: sendUnaryData<Response>,
) => void;

export interface KernelsServiceOptions {
  readonly registry: Registry;
  readonly deployment: Deployment;
  readonly reportOf: ReportOf;
  readonly secret: string;
  readonly logs: LogReaders;
  /** The port of HTTP; 0 before it listens. */
  httpPort(): number;
}

export class KernelsService {
  readonly #registry: Registry;
  readonly #deployment: Deployment;
  readonly #reportOf: ReportOf;
  readonly #sender: ModuleSender;
  readonly #logs: LogReaders;
  readonly #httpPort: () => number;
  #uploads = 0;

  constructor(options: KernelsServiceOptions) {
    this.#registry = options.registry;
    this.#deployment = options.deployment;
    this.#reportOf = options.reportOf;
    this.#sender = new ModuleSender(
      options.secret,
      (digest) => options.registry.module(digest),
      (digest) => options.registry.released(digest),
    );
    this.#logs = options.logs;
    this.#httpPort = options.httpPort;
  }

  addTo(server: Server): void {
    server.addService(heddle.Kernels.service, {
      Deploy: (call: DeployCall, answer: sendUnaryData<DeployResponse>) => {
        this.#upload(call).then(
          (response) => answer(null, response),
          (error: unknown) => answer(toStatus(error)),
        );
      },
      List: unary<ListRequest, ListResponse>(() => ({
        kernels: this.#registry.routes().map((kernel) => this.#describe(kernel)),
      })),
      Get: unary<GetRequest, GetResponse>(({ name, digest }) => this.#get(name, digest)),
      Route: unary<RouteRequest, RouteResponse>(async (request) => ({
        kernel: this.#describe(await this.#route(request)),
      })),
      Delete: unary<DeleteRequest, DeleteResponse>(async ({ name, digest }) => ({
        digests: await this.#registry.remove(name, digest),
      })),
      Logs: (call: LogsCall) => this.#logs.serve(call),
      FetchModule: (call: ModuleCall) => this.#sender.serve(call),
    });
  }

  #describe(kernel: RoutedKernel, version: KernelRecord = kernel.serving): Kernel {
    return describeKernel(kernel, version, this.#reportOf);
  }

  #get(name: string, digest: string): GetResponse {
    const record = this.#registry.get(name, digest);
    return {
      kernel: this.#describe(this.#registry.route(name), record),
      descriptorSet: Buffer.from(record.admitted.schema.bytes),
      httpPort: this.#httpPort(),
    };
  }

  /** Uploads are held whole, so only so many may be under way. */
  async #upload(call: DeployCall): Promise<DeployResponse> {
    if (this.#uploads >= limits.deploysMax) {
      const said = `${this.#uploads} modules are being deployed already, which is the limit; try again`;
      throw new HeddleError("QUEUE_FULL", said);
    }
    this.#uploads++;
    try {
      return await this.#deploy(call);
    } finally {
      this.#uploads--;
    }
  }

  async #deploy(call: DeployCall): Promise<DeployResponse> {
    this.#registry.expectModule();
    const { header, bytes, digest } = await receiveUpload(call);
    let nodes: Prepared = { ready: [], pending: [] };
    const prepare = async (version: KernelRecord): Promise<void> => {
      nodes = await this.#deployment.prepare(version);
    };
    const expect = (): void => this.#deployment.expect(digest, bytes.length);
    const plan = { ...planOf(header), digest, expect, prepare };
    const { kernel, unchanged } = await this.#registry.deploy(bytes, header.name, header.digest, plan);
    return {
      kernel: this.#describe(this.#registry.route(kernel.name)),
      unchanged,
      readyNodes: nodes.ready,
      pendingNodes: nodes.pending,
    };
  }

  #route({ name, promote, rollback }: RouteRequest): Promise<RoutedKernel> {
    if (promote) {
      const { digest, percent } = promote;
      if (!(percent >= 0 && percent <= 100)) {
        const said = `percent must be above 0 and at most 100, or 0 for all calls, not ${percent}`;
        throw new HeddleError("BAD_REQUEST", said);
      }
      return this.#registry.promote(name, digest, percent);
    }
    if (rollback) return this.#registry.rollback(name, rollback.digest);
    throw new HeddleError("BAD_REQUEST", "a Route must say what to change: promote or rollback");
  }
}

/** A unary method that answers with what the work gives, or its error. */
function unary<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
): Unary<Request, Response> {
  return (call, answer) => {
    Promise.resolve(call.request)
      .then(work)
      .then(
        (response) => answer(null, response),
        (error: unknown) => answer(toStatus(error)),
      );
  };
}
