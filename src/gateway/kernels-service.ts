/** Kernels: deploys, lists, describes and hands out modules. */
import type {
  sendUnaryData,
  Server,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from "../rpc/grpc.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { DeployHeader__Output as DeployHeader } from "../rpc/generated/heddle/v1/DeployHeader.ts";
import type { DeployRequest__Output as DeployRequest } from "../rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse } from "../rpc/generated/heddle/v1/DeployResponse.ts";
import type { FetchModuleRequest__Output as FetchModuleRequest } from "../rpc/generated/heddle/v1/FetchModuleRequest.ts";
import type { FetchModuleResponse } from "../rpc/generated/heddle/v1/FetchModuleResponse.ts";
import type { GetRequest__Output as GetRequest } from "../rpc/generated/heddle/v1/GetRequest.ts";
import type { GetResponse } from "../rpc/generated/heddle/v1/GetResponse.ts";
import type { Kernel } from "../rpc/generated/heddle/v1/Kernel.ts";
import type { ListResponse } from "../rpc/generated/heddle/v1/ListResponse.ts";
import { hasSecret } from "../rpc/server.ts";
import { heddle } from "../rpc/services.ts";
import { toStatus } from "../rpc/status.ts";
import type { Deployment } from "./deployment.ts";
import type { LogReaders, LogsCall } from "./log-reader.ts";
import type { KernelRecord, Registry } from "./registry.ts";

const partBytes = 60 * 1024;

export class KernelsService {
  readonly #registry: Registry;
  readonly #deployment: Deployment;
  readonly #secret: string;
  readonly #logs: LogReaders;

  constructor(registry: Registry, deployment: Deployment, secret: string, logs: LogReaders) {
    this.#registry = registry;
    this.#deployment = deployment;
    this.#secret = secret;
    this.#logs = logs;
  }

  addTo(server: Server): void {
    server.addService(heddle.Kernels.service, {
      Deploy: (
        call: ServerReadableStream<DeployRequest, DeployResponse>,
        answer: sendUnaryData<DeployResponse>,
      ) => {
        this.#deploy(call).then(
          (response) => answer(null, response),
          (error: unknown) => answer(toStatus(error)),
        );
      },
      List: (_call: unknown, answer: sendUnaryData<ListResponse>) => {
        answer(null, { kernels: this.#registry.list().map(describeKernel) });
      },
      Get: (call: ServerUnaryCall<GetRequest, GetResponse>, answer: sendUnaryData<GetResponse>) => {
        try {
          const record = this.#registry.get(call.request.name, call.request.digest);
          answer(null, {
            kernel: describeKernel(record),
            descriptorSet: Buffer.from(record.admitted.schema.bytes),
          });
        } catch (error) {
          answer(toStatus(error));
        }
      },
      Logs: (call: LogsCall) => this.#logs.serve(call),
      FetchModule: (call: ServerWritableStream<FetchModuleRequest, FetchModuleResponse>) => {
        this.#fetch(call).catch((error: unknown) => call.emit("error", toStatus(error)));
      },
    });
  }

  async #deploy(call: ServerReadableStream<DeployRequest, DeployResponse>): Promise<DeployResponse> {
    const { header, bytes } = await receive(call);
    const { kernel, unchanged } = await this.#registry.deploy(bytes, header.name, header.digest);
    const { ready, pending } = await this.#deployment.prepare(kernel);
    return { kernel: describeKernel(kernel), unchanged, readyNodes: ready, pendingNodes: pending };
  }

  async #fetch(call: ServerWritableStream<FetchModuleRequest, FetchModuleResponse>): Promise<void> {
    if (!hasSecret(call.metadata, this.#secret)) {
      throw new HeddleError(
        "BAD_SECRET",
        "FetchModule needs the fabric's secret in the metadata heddle-secret",
      );
    }
    const bytes = await this.#registry.module(call.request.digest);
    for (let at = 0; at < bytes.length && !call.cancelled; at += partBytes) {
      const part = bytes.subarray(at, at + partBytes);
      const data = Buffer.from(part.buffer, part.byteOffset, part.length);
      const more = call.write(at === 0 ? { data, size: bytes.length } : { data });
      if (!more) await drained(call);
    }
    call.end();
  }
}

/** Resolves when the stream takes more, or is over. */
function drained(call: ServerWritableStream<FetchModuleRequest, FetchModuleResponse>): Promise<void> {
  if (call.destroyed || call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      call.off("drain", done);
      call.off("cancelled", done);
      call.off("close", done);
      resolve();
    };
    call.on("drain", done);
    call.on("cancelled", done);
    call.on("close", done);
  });
}

/** Reads an upload, bounded by what its header announced. */
async function receive(
  call: ServerReadableStream<DeployRequest, DeployResponse>,
): Promise<{ header: DeployHeader; bytes: Buffer }> {
  let header: DeployHeader | undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const message of call) {
    const part = message as DeployRequest; // the service's deserializer made it
    if (header === undefined) {
      if (!part.header)
        throw new HeddleError("BAD_REQUEST", "the first message of a Deploy must be its header");
      header = part.header;
      if (header.size > limits.moduleMaxBytes) throw tooLarge(`announced ${header.size} bytes`);
      continue;
    }
    if (!part.data) throw new HeddleError("BAD_REQUEST", "after its header a Deploy holds data only");
    size += part.data.length;
    if (size > header.size) throw tooLarge(`more than the announced ${header.size} bytes`);
    parts.push(part.data);
  }
  if (header === undefined) throw new HeddleError("BAD_REQUEST", "a Deploy without a header");
  if (size < header.size) {
    throw new HeddleError("BAD_REQUEST", `the upload ended after ${size} of ${header.size} bytes`);
  }
  return { header, bytes: Buffer.concat(parts) };
}

function tooLarge(what: string): HeddleError {
  return new HeddleError(
    "MODULE_TOO_LARGE",
    `the module is too large: ${what}; the limit is ${limits.moduleMaxBytes}`,
  );
}

const moduleKinds = {
  typed: "MODULE_KIND_TYPED",
  raw: "MODULE_KIND_RAW",
  wasi: "MODULE_KIND_WASI",
} as const;

function describeKernel(record: KernelRecord): Kernel {
  const { admitted } = record;
  return {
    name: record.name,
    digest: record.digest,
    size: record.size,
    deployedAtMs: record.deployedAtMs,
    functions: admitted.schema.functions.map(({ name, request, response, comment }) => ({
      name,
      requestType: request.fullName,
      responseType: response.fullName,
      comment,
    })),
    pure: admitted.pure,
    capabilities: [...admitted.capabilities],
    kind: moduleKinds[admitted.manifest.kind],
    timeLimitMs: admitted.manifest.timeLimitMs,
    memoryMaxBytes: admitted.manifest.memoryMaxBytes,
    deterministic: admitted.deterministic,
  };
}
