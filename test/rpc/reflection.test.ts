import { Client, credentials } from "@grpc/grpc-js";
import { createRequire } from "node:module";
import type protobuf from "protobufjs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ServerReflectionRequest } from "../../src/rpc/generated/grpc/reflection/v1/ServerReflectionRequest.ts";
import type { ServerReflectionResponse__Output as Response } from "../../src/rpc/generated/grpc/reflection/v1/ServerReflectionResponse.ts";
import { ReflectionService } from "../../src/rpc/reflection.ts";
import { bind, createRpcServer, stopServer } from "../../src/rpc/server.ts";
import { reflectionServices } from "../../src/rpc/services.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { fieldOf, messageOf, setOf } from "../support/descriptor-builder.ts";
import { next } from "../support/iteration.ts";

/** protobufjs ships this extension as CommonJS only. */
const { FileDescriptorProto }: { FileDescriptorProto: protobuf.Type } = createRequire(import.meta.url)(
  "protobufjs/ext/descriptor",
);
const kernel = writeDescriptorSet(setOf([messageOf("Thing", [fieldOf("size", 1, "int32")])]));

async function setup() {
  const reflection = new ReflectionService();
  const server = createRpcServer("client");
  reflection.addTo(server);
  const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    return stopServer(server, 0);
  });
  const open = (version: "v1" | "v1alpha" = "v1") => {
    const [definition] = Object.values(Object.values(reflectionServices)[version === "v1" ? 0 : 1] ?? {});
    if (definition === undefined) throw new Error(`no reflection ${version}`);
    const { path, requestSerialize, responseDeserialize } = definition;
    const stream = client.makeBidiStreamRequest<ServerReflectionRequest, Response>(
      path,
      requestSerialize,
      responseDeserialize as (bytes: Buffer) => Response, // by its definition
    );
    stream.on("error", () => {}); // a test that is over cancels it
    onTestFinished(() => stream.cancel());
    const responses = stream[Symbol.asyncIterator]() as AsyncIterator<Response>;
    const ask = (request: ServerReflectionRequest): Promise<Response> => {
      stream.write(request);
      return next(responses);
    };
    return { path, stream, responses, ask };
  };
  return { reflection, open };
}

const namesIn = (response: Response): string[] | undefined =>
  response.listServicesResponse?.service.map(({ name }) => name);

function filesIn(response: Response): string[] | undefined {
  const files = response.fileDescriptorResponse?.fileDescriptorProto;
  return files?.map((bytes) =>
    String(FileDescriptorProto.toObject(FileDescriptorProto.decode(bytes))["name"]),
  );
}

const own = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
  "heddle.v1.Cluster",
  "heddle.v1.Fabric",
  "heddle.v1.Kernels",
];

describe("ReflectionService", () => {
  it.each(["v1", "v1alpha"] as const)("lists the services there are, in %s", async (version) => {
    const { reflection, open } = await setup();
    const { ask, path } = open(version);
    expect(path).toBe(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);
    expect(namesIn(await ask({ listServices: "" }))).toEqual(own);
    reflection.update("test", kernel);
    expect(namesIn(await ask({ listServices: "*" }))).toEqual([...own, "test.TestService"]);
    reflection.update("test", undefined);
    expect(namesIn(await ask({ listServices: "" }))).toEqual(own);
  });

  it("repeats the question with the answer", async () => {
    const { open } = await setup();
    const response = await open().ask({ host: "me", fileContainingSymbol: "nothing.At.All" });
    expect(response).toMatchObject({
      validHost: "me",
      originalRequest: {
        host: "me",
        messageRequest: "fileContainingSymbol",
        fileContainingSymbol: "nothing.At.All",
      },
    });
  });

  it.each([
    ["test.TestService", ["test.proto"]],
    ["test.TestService.Call", ["test.proto"]],
    ["test.Thing", ["test.proto"]],
    ["test.Thing.size", ["test.proto"]],
    ["heddle.v1.Fabric", ["heddle/v1/fabric.proto", "heddle/v1/invocation.proto"]],
    [
      "google.rpc.ErrorInfo.MetadataEntry.key",
      ["google/rpc/error_details.proto", "google/protobuf/duration.proto"],
    ],
    ["google.rpc.Status", ["google/rpc/status.proto", "google/protobuf/any.proto"]],
  ])("gives the files of the symbol %s", async (fileContainingSymbol, files) => {
    const { reflection, open } = await setup();
    reflection.update("test", kernel);
    expect(filesIn(await open().ask({ fileContainingSymbol }))).toEqual(files);
  });

  it("gives files by their names", async () => {
    const { reflection, open } = await setup();
    reflection.update("test", kernel);
    const { ask } = open();
    expect(filesIn(await ask({ fileByFilename: "test.proto" }))).toEqual(["test.proto"]);
    expect(filesIn(await ask({ fileByFilename: "grpc/health/v1/health.proto" }))).toEqual([
      "grpc/health/v1/health.proto",
    ]);
  });

  it("knows that messages of proto3 have no extensions", async () => {
    const { reflection, open } = await setup();
    reflection.update("test", kernel);
    const { ask } = open();
    expect(await ask({ allExtensionNumbersOfType: "test.Thing" })).toMatchObject({
      allExtensionNumbersResponse: { baseTypeName: "test.Thing", extensionNumber: [] },
    });
    expect(
      await ask({ fileContainingExtension: { containingType: "test.Thing", extensionNumber: 100 } }),
    ).toMatchObject({
      errorResponse: { errorCode: 5, errorMessage: 'no extension 100 of "test.Thing"; kernels have none' },
    });
  });

  it.each([
    [{ fileByFilename: "../../etc/passwd" }, 5, 'no file "../../etc/passwd"'],
    [{ fileContainingSymbol: "" }, 5, 'no symbol ""'],
    [{ allExtensionNumbersOfType: "test.Nothing" }, 5, 'no message "test.Nothing"'],
    [{}, 3, "the request asks for nothing this server knows"],
  ])("answers %o with an error and goes on", async (request, errorCode, errorMessage) => {
    const { open } = await setup();
    const { ask, stream, responses } = open();
    expect(await ask(request)).toMatchObject({ errorResponse: { errorCode, errorMessage } });
    expect(namesIn(await ask({ listServices: "" }))).toEqual(own);
    stream.end();
    expect(await responses.next()).toMatchObject({ done: true });
  });

  it("tells a kernel that was deployed anew by its new descriptor", async () => {
    const { reflection, open } = await setup();
    const { ask } = open();
    reflection.update("test", kernel);
    expect(filesIn(await ask({ fileContainingSymbol: "test.Thing.size" }))).toEqual(["test.proto"]);
    reflection.update(
      "test",
      writeDescriptorSet(setOf([messageOf("Thing", [fieldOf("width", 2, "int32")])])),
    );
    expect(await ask({ fileContainingSymbol: "test.Thing.size" })).toMatchObject({
      errorResponse: { errorCode: 5 },
    });
    expect(filesIn(await ask({ fileContainingSymbol: "test.Thing.width" }))).toEqual(["test.proto"]);
  });

  it("ends its streams when it closes", async () => {
    const { reflection, open } = await setup();
    const { ask, responses } = open();
    await ask({ listServices: "" });
    reflection.close();
    expect(await responses.next()).toMatchObject({ done: true });
  });

  it("answers a client that asks much and reads late", async () => {
    const { open } = await setup();
    const { stream, responses } = open();
    stream.pause();
    const questions = 400;
    for (let index = 0; index < questions; index++)
      stream.write({ fileContainingSymbol: "heddle.v1.Kernels" });
    stream.end();
    let answers = 0;
    for (;;) {
      const { done, value } = await responses.next();
      if (done === true) break;
      expect(filesIn(value)).toEqual(["heddle/v1/kernels.proto"]);
      answers++;
    }
    expect(answers).toBe(questions);
  });
});
