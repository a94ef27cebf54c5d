/** Kernels: deploys, lists, describes, routes, removes and hands out modules. */
import type { sendUnaryData, Server, ServerReadableStream, ServerUnaryCall } from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { DeleteRequest__Output as DeleteRequest } from "../rpc/generated/heddle/v1/DeleteRequest.ts";
import type { DeleteResponse } from "../rpc/generated/heddle/v1/DeleteResponse.ts";
import type { DeployHeader__Output as DeployHeader } from "../rpc/generated/heddle/v1/DeployHeader.ts";
import type { DeployRequest__Output as DeployRequest } from "../rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse } from "../rpc/generated/heddle/v1/DeployResponse.ts";
import type { GetRequest__Output as GetRequest } from "../rpc/generated/heddle/v1/GetRequest.ts";
import type { GetResponse } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Kernel } from "../rpc/generated/heddle/v1/Kernel.ts";
import type { ListRequest__Output as ListRequest } from "../rpc/generated/heddle/v1/ListRequest.ts";
import type { ListResponse } from "../rpc/generated/heddle/v1/ListResponse.ts";
import type { RouteRequest__Output as RouteRequest } from "../rpc/generated/heddle/v1/RouteRequest.ts";
import type { RouteResponse } from "../rpc/generated/heddle/v1/RouteResponse.ts";
import {
  heldModule,
  ModuleSender,
  wholeModule,
  type ModuleCall,
  type SentModule,
} from "../rpc/module-stream.ts";
import { heddle } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import type { ArrivingModule } from "./arriving-module.ts";
import { ArrivingModules } from "./arriving-modules.ts";
import type { Deployment, Prepared } from "./deployment.ts";
import { describeKernel, type ReportOf } from "./kernel-description.ts";
import { factsOf, type KernelRecord } from "./kernel-record.ts";
import type { LogReaders, LogsCall } from "./log-reader.ts";
import type { Registry } from "./registry.ts";
import type { RoutedKernel } from "./route-store.ts";
import { planOf, receiveUpload, type Upload } from "./upload.ts";

/** What a client has announced and nodes have been told of. */
interface Announced {
  readonly digest: KernelDigest;
  readonly module: ArrivingModule;
}

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
  readonly #arriving = new ArrivingModules();
  #uploads = 0;

  constructor(options: KernelsServiceOptions) {
    this.#registry = options.registry;
    this.#deployment = options.deployment;
    this.#reportOf = options.reportOf;
    this.#sender = new ModuleSender(options.secret, (digest) => this.#find(digest));
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
    let announced: Announced | undefined;
    try {
      const upload = await receiveUpload(call, limits.uploadSilentMs, (header, module) => {
        announced = this.#announce(header, module);
      });
      return await this.#admit(upload, announced);
    } finally {
      if (announced !== undefined) this.#arriving.remove(announced.digest, announced.module);
    }
  }

  /** A module for a node. */
  async #find(digest: KernelDigest): Promise<SentModule> {
    const arriving = this.#arriving.get(digest);
    if (arriving !== undefined) return arriving;
    const version = this.#registry.version(digest);
    const released = this.#registry.released(digest);
    const bytes = await this.#registry.module(digest);
    return released === undefined
      ? wholeModule(bytes, version && factsOf(version.admitted))
      : heldModule(bytes, released);
  }

  /** A module of that digest is to come, by what the client says: nodes get it while it comes. */
  #announce(header: DeployHeader, module: ArrivingModule): Announced | undefined {
    const digest = toKernelDigest(header.digest);
    if (digest === undefined || header.size < limits.moduleAheadMinBytes) return undefined;
    const isHere = this.#registry.version(digest) ?? this.#registry.released(digest);
    if (isHere !== undefined || !this.#arriving.add(digest, module)) return undefined;
    this.#deployment.expect(digest, header.size);
    return { digest, module };
  }

  async #admit(
    { header, bytes, digest, module }: Upload,
    announced: Announced | undefined,
  ): Promise<DeployResponse> {
    this.#arriving.overtake(digest, module);
    let nodes: Prepared = { ready: [], pending: [] };
    const prepare = async (version: KernelRecord): Promise<void> => {
      announced?.module.release(factsOf(version.admitted));
      nodes = await this.#deployment.prepare(version);
    };
    const expect = (): void => {
      if (announced === undefined) this.#deployment.expect(digest, bytes.length);
    };
    const written = (paths: readonly string[]): void => announced?.module.written(paths);
    const plan = { ...planOf(header), digest, expect, prepare, written };
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
