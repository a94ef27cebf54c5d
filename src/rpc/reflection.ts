/**
 * grpc.reflection.v1 and v1alpha: which services there are and what their messages look like, as of now. What cannot be
 * found is answered with an error of its own and the stream goes on. Source: grpc doc/server-reflection.md.
 */
import type { Server, ServerDuplexStream } from "@grpc/grpc-js";
import { Code } from "../base/code.ts";
import { DescriptorPool, type PoolFile } from "../wire/descriptor-pool.ts";
import { descriptorSetBase64 } from "./generated/descriptors.ts";
import type { ServerReflectionRequest__Output as Request } from "./generated/grpc/reflection/v1/ServerReflectionRequest.ts";
import type { ServerReflectionResponse as Response } from "./generated/grpc/reflection/v1/ServerReflectionResponse.ts";
import { reflectionServices } from "./services.ts";

type Answer = Omit<Response, "originalRequest" | "validHost">;

export class ReflectionService {
  /** Descriptor sets by owner: the server's own files first, then the kernels'. */
  readonly #sets = new Map<string, Uint8Array>([["heddle", Buffer.from(descriptorSetBase64, "base64")]]);
  /** Made of the sets when somebody asks. */
  #pool: DescriptorPool | undefined;
  readonly #streams = new Set<ServerDuplexStream<Request, Response>>();

  /** From now on the kernel has these descriptors, or with undefined it is gone. */
  update(kernel: string, descriptorSet: Uint8Array | undefined): void {
    this.#pool = undefined;
    if (descriptorSet === undefined) this.#sets.delete(kernel);
    else this.#sets.set(kernel, descriptorSet);
  }

  /** Ends the streams that are open, so that the server can stop. */
  close(): void {
    for (const stream of this.#streams) stream.end();
  }

  addTo(server: Server): void {
    const serve = (stream: ServerDuplexStream<Request, Response>): void => this.#serve(stream);
    for (const service of reflectionServices) server.addService(service, { ServerReflectionInfo: serve });
  }

  #serve(stream: ServerDuplexStream<Request, Response>): void {
    this.#streams.add(stream);
    const gone = (): boolean => this.#streams.delete(stream);
    stream.on("cancelled", gone);
    stream.on("close", gone);
    stream.on("data", (request: Request) => {
      const more = stream.write({
        validHost: request.host,
        originalRequest: request,
        ...this.#answer(request),
      });
      if (more) return;
      stream.pause();
      stream.once("drain", () => stream.resume());
    });
    stream.on("end", () => stream.end());
    stream.on("error", () => {}); // a client that breaks off, or sent what is no request: the library has answered
  }

  #answer(request: Request): Answer {
    const pool = (this.#pool ??= new DescriptorPool(this.#sets));
    switch (request.messageRequest) {
      case "listServices":
        return { listServicesResponse: { service: pool.services.map((name) => ({ name })) } };
      case "fileByFilename": {
        const name = request.fileByFilename ?? "";
        return filesOr(pool.filesByName(name), `no file ${JSON.stringify(name)}`);
      }
      case "fileContainingSymbol": {
        const symbol = request.fileContainingSymbol ?? "";
        return filesOr(pool.filesOfSymbol(symbol), `no symbol ${JSON.stringify(symbol)}`);
      }
      case "fileContainingExtension": {
        const { containingType = "", extensionNumber = 0 } = request.fileContainingExtension ?? {};
        const said = `no extension ${extensionNumber} of ${JSON.stringify(containingType)}; kernels have none`;
        return failure(Code.NOT_FOUND, said);
      }
      case "allExtensionNumbersOfType": {
        const baseTypeName = request.allExtensionNumbersOfType ?? "";
        if (!pool.hasMessage(baseTypeName))
          return failure(Code.NOT_FOUND, `no message ${JSON.stringify(baseTypeName)}`);
        return { allExtensionNumbersResponse: { baseTypeName, extensionNumber: [] } };
      }
      default:
        return failure(Code.INVALID_ARGUMENT, "the request asks for nothing this server knows");
    }
  }
}

function filesOr(files: readonly PoolFile[] | undefined, missing: string): Answer {
  if (files === undefined) return failure(Code.NOT_FOUND, missing);
  const fileDescriptorProto = files.map(({ bytes }) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  return { fileDescriptorResponse: { fileDescriptorProto } };
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { errorResponse: { errorCode, errorMessage } };
}
