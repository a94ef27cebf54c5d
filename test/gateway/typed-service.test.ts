import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { connect as connectHttp2 } from "node:http2";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { buildKernel } from "../../src/compiler/compile.ts";
import type { Engine } from "../../src/gateway/engine.ts";
import { Registry } from "../../src/gateway/registry.ts";
import type { RoutedKernel } from "../../src/gateway/route-store.ts";
import { TypedService } from "../../src/gateway/typed-service.ts";
import { health, heddle, reflectionServices } from "../../src/rpc/services.ts";
import { connect } from "../../src/index.ts";
import { bind, createRpcServer, stopServer } from "../../src/rpc/server.ts";
import type { ServerReflectionResponse__Output } from "../../src/rpc/generated/grpc/reflection/v1/ServerReflectionResponse.ts";
import { explainUnknownMethods } from "../../src/rpc/unknown-methods.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { Client, credentials } from "@grpc/grpc-js";
import { startGateway } from "../support/gateway-process.ts";
import { kernelModule } from "../support/kernels.ts";
import { rawCall } from "../support/raw-calls.ts";
import type { ScriptedNodeOptions } from "../support/scripted-node.ts";
import { echoRequest } from "../support/session-client.ts";
import { customSection, withSections } from "../support/wasm-module.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const path = "/echo.EchoService/Echo";
const hello = echoRequest("hello");

async function setup(options: ScriptedNodeOptions = {}) {
  const running = await startGateway(["echo"]);
  const node = await running.node(options);
  const call = (to: string, payload: Uint8Array = hello, how: Parameters<typeof rawCall>[3] = {}) =>
    rawCall(running.client, to, payload, how);
  return { ...running, node, call };
}

describe("TypedService", () => {
  it("serves a function as a method of its own, and says in trailers what the call took", async () => {
    const { call } = await setup();
    const { code, payload, trailers } = await call(path).outcome;
    expect(code).toBe(0);
    expect(payload?.equals(hello)).toBe(true);
    expect(trailers).toMatchObject({
      "heddle-node": "node-1",
      "heddle-attempts": "1",
      "heddle-run-ms": "0.25",
      "heddle-queued-ms": "0",
      "heddle-digest": expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it("passes the options in the metadata on", async () => {
    const { call, node } = await setup();
    const metadata = {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "heddle-priority": "-3",
      "heddle-affinity": "a",
      "heddle-idempotency-key": "once",
      "heddle-attempts-max": "2",
    };
    expect(await call(path, hello, { metadata, deadlineMs: 5000 }).outcome).toMatchObject({ code: 0 });
    const [frame] = node.frames.batches;
    expect(frame).toMatchObject({ priority: -3, affinity: "a" });
    expect(frame?.deadlineMs).toBeGreaterThan(0);
    expect(frame?.deadlineMs).toBeLessThanOrEqual(5000);
    expect(Buffer.from(frame?.trace ?? []).toString("hex")).toContain("0af7651916cd43dd8448eb211c80319c");
  });

  it("calls the version whose digest is asked for", async () => {
    const { call } = await setup();
    const { trailers } = await call(path).outcome;
    const digest = String(trailers["heddle-digest"]);
    const asked = (value: string) => call(path, hello, { metadata: { "heddle-digest": value } }).outcome;
    expect(await asked(digest)).toMatchObject({ code: 0, trailers: { "heddle-digest": digest } });
    expect(await asked("ab".repeat(32))).toMatchObject({
      code: 5,
      errorInfo: { reason: "KERNEL_NOT_FOUND", domain: "heddle" },
    });
  });

  it("calls an earlier version by its digest, and the later one by name", async () => {
    const { call, address, node } = await setup();
    const { trailers: before } = await call(path).outcome;
    const fabric = await connect(address);
    onTestFinished(() => fabric.close());
    const other = withSections(await kernelModule("echo"), [customSection("note", Uint8Array.of(1))]);
    const { kernel } = await fabric.admin.deploy(other);
    const digest = kernel?.digest;
    expect(digest).not.toBe(before["heddle-digest"]);
    expect(await call(path).outcome).toMatchObject({ code: 0, trailers: { "heddle-digest": digest } });
    const metadata = { "heddle-digest": String(before["heddle-digest"]) };
    expect(await call(path, hello, { metadata }).outcome).toMatchObject({ code: 0, trailers: metadata });
    const ran = new Set(node.frames.batches.map((batch) => batch.function));
    expect(ran.size).toBe(2);
  });

  it("calls a function that only an earlier version has by its digest, and not by name", async () => {
    const { call, address } = await setup();
    const { trailers: before } = await call(path).outcome;
    const fabric = await connect(address);
    onTestFinished(() => fabric.close());
    const file = join(temporaryFolder(), "echo.ts");
    writeFileSync(file, "export function say(text: string): string { return text; }");
    await fabric.admin.deploy((await buildKernel({ file })).wasm, { breaking: true });
    const byName = await call(path).outcome;
    expect(byName).toMatchObject({ code: 12, errorInfo: { reason: "METHOD_NOT_FOUND" } });
    expect(byName.details).toBe('echo.EchoService has no method "Echo"; echo.EchoService has: Say');
    const metadata = { "heddle-digest": String(before["heddle-digest"]) };
    expect(await call(path, hello, { metadata }).outcome).toMatchObject({ code: 0, trailers: metadata });
  });

  it.each([
    [{ "heddle-digest": "abc" }, /digest "abc" is not one/],
    [{ "heddle-priority": "high" }, /heddle-priority must be a whole number from .*, not "high"/],
    [{ "heddle-priority": "2147483648" }, /heddle-priority/],
    [{ "heddle-attempts-max": "-1" }, /heddle-attempts-max/],
    [{ "heddle-affinity": "x".repeat(257) }, /affinity has 257 characters; the limit is 256/],
    [{ "heddle-idempotency-key": "x".repeat(257) }, /idempotency key has 257 characters/],
  ])("refuses the metadata %o", async (metadata, details) => {
    const { call, node } = await setup();
    const outcome = await call(path, hello, { metadata }).outcome;
    expect(outcome).toMatchObject({ code: 3, errorInfo: { reason: "BAD_REQUEST" } });
    expect(outcome.details).toMatch(details);
    expect(node.frames.batches).toEqual([]);
  });

  it("starts a trace of its own where the caller's is garbage", async () => {
    const { call } = await setup();
    expect(await call(path, hello, { metadata: { traceparent: "00-garbage" } }).outcome).toMatchObject({
      code: 0,
    });
  });

  it.each([
    ["/echo.EchoService/Ehco", 'echo.EchoService has no method "Ehco"; echo.EchoService has: Echo, Say, Sum'],
    ["/echo.EchoService/echo", /has no method "echo"; .*Echo/],
    ["/echo.EchoService//Echo", /has no method "\/Echo"/],
    ["/echo.EchoServices/Echo", /kernel "echo" serves no .*; echo\.EchoService has: Echo/],
    ["/nothing.NothingService/Do", /no kernel "nothing" is deployed .*; there are: echo\.EchoService/],
  ])("says which methods there are instead of %s", async (unknown, details) => {
    const { call } = await setup();
    const outcome = await call(unknown).outcome;
    expect(outcome).toMatchObject({ code: 12, errorInfo: { reason: "METHOD_NOT_FOUND" } });
    expect(outcome.details).toMatch(details);
  });

  it("leaves other services to the library", async () => {
    const { call } = await setup();
    expect(await call("/heddle.v1.Fabric/Nothing").outcome).toMatchObject({ code: 12, errorInfo: undefined });
    expect(await call("/%2e%2e/x").outcome).toMatchObject({ code: 12, errorInfo: undefined });
    expect(await call("/heddle.v1/Unknown").outcome).toMatchObject({ code: 12 });
  });

  it("answers with the kernel's error and the trace it belongs to", async () => {
    const { call } = await setup({
      script: (node, frame) => node.fail(frame, 0, "BAD_PAYLOAD", "echo.EchoRequest: the payload is cut"),
    });
    const metadata = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    expect(await call(path, hello, { metadata }).outcome).toMatchObject({
      code: 3,
      details: "echo.EchoRequest: the payload is cut",
      errorInfo: {
        reason: "BAD_PAYLOAD",
        metadata: { attempts: "1", node: "node-1", trace_id: "0af7651916cd43dd8448eb211c80319c" },
      },
    });
  });

  it("ends at its deadline and takes the work back", async () => {
    const { call, node } = await setup({ script: () => {} });
    // On a busy machine a call may be over before it gets to the node, and then there is nothing to take back.
    for (let deadlineMs = 60; node.frames.batches.length === 0; deadlineMs *= 2)
      expect(await call(path, hello, { deadlineMs }).outcome).toMatchObject({ code: 4 });
    await node.frames.count("cancel", 1);
  });

  it("takes the work back when the client cancels", async () => {
    const { call, node } = await setup({ script: () => {} });
    const running = call(path);
    await node.frames.count("batch", 1);
    running.cancel();
    await node.frames.count("cancel", 1);
    expect(await running.outcome).toMatchObject({ code: 1 });
  });

  it("refuses metadata beyond what HTTP/2 takes, and lives on", async () => {
    const { call } = await setup();
    const metadata = { "heddle-affinity": "x".repeat(100_000) };
    expect((await call(path, hello, { metadata }).outcome).code).not.toBe(0);
    expect(await call(path).outcome).toMatchObject({ code: 0 });
  });

  it("bounds requests and responses", async () => {
    const { call, node } = await setup();
    expect(await call(path, Buffer.alloc(limits.unaryMessageMaxBytes + 1)).outcome).toMatchObject({
      code: 8,
    });
    node.script = (_, frame) => {
      const payloads = Buffer.alloc(limits.unaryMessageMaxBytes + 1);
      const sizes = Uint32Array.of(payloads.length);
      node.link?.sendResult({ ...emptyResult, id: frame.id, count: 1, sizes, payloads, done: true });
    };
    expect(await call(path).outcome).toMatchObject({ code: 8, errorInfo: { reason: "RESULT_TOO_LARGE" } });
    node.script = (_, frame) => node.echo(frame);
    expect(await call(path).outcome).toMatchObject({ code: 0 });
  });

  it("takes compressed requests, and refuses garbage that says it is compressed", async () => {
    const { address } = await setup();
    expect(await statusOf(address, { "grpc-encoding": "gzip" }, gzipSync(hello))).toBe("0");
    expect(await statusOf(address, { "grpc-encoding": "gzip" }, Buffer.from("garbage"))).toBe("13");
    expect(await statusOf(address, { "grpc-encoding": "mystery" }, hello)).toBe("12");
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    expect(await statusOf(address, { "grpc-encoding": "gzip" }, bomb)).toBe("8");
  });

  it("lets a call end whose kernel is deleted meanwhile, and serves no other", async () => {
    const { call, node, client, address } = await setup({ script: () => {} });
    expect(await reflectedServices(client)).toContain("echo.EchoService");
    const running = call(path);
    await node.frames.count("batch", 1);
    const { path: remove, requestSerialize, responseDeserialize } = heddle.Kernels.service.Delete;
    await new Promise<void>((resolve, reject) =>
      client.makeUnaryRequest(remove, requestSerialize, responseDeserialize, { name: "echo" }, (error) =>
        error === null ? resolve() : reject(error),
      ),
    );
    const [frame] = node.frames.batches;
    if (frame === undefined) throw new Error("the node got the call");
    node.echo(frame);
    expect(await running.outcome).toMatchObject({ code: 0 });
    expect(await call(path).outcome).toMatchObject({ code: 12, errorInfo: { reason: "METHOD_NOT_FOUND" } });
    await expect(statusOfHealth(address)).rejects.toMatchObject({ code: 5 });
    expect(await reflectedServices(client)).not.toContain("echo.EchoService");
  });

  it("is a service of its own to those who ask for health", async () => {
    const { address } = await setup();
    expect(await statusOfHealth(address)).toBe(1);
  });
});

/** The services that reflection lists. */
async function reflectedServices(client: Client): Promise<readonly string[]> {
  const [definition] = Object.values(reflectionServices[0] ?? {});
  if (definition === undefined) throw new Error("there is a reflection service");
  const { path: to, requestSerialize, responseDeserialize } = definition;
  const stream = client.makeBidiStreamRequest(to, requestSerialize, responseDeserialize);
  stream.end({ listServices: "" });
  // What the definition's deserializer makes of the answer.
  const [response] = (await stream.toArray()) as [ServerReflectionResponse__Output];
  return response.listServicesResponse?.service.map(({ name }) => name) ?? [];
}

/** What the health service says of the kernel's service. */
function statusOfHealth(address: string): Promise<unknown> {
  const client = new health.Health(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return new Promise((resolve, reject) =>
    client.Check({ service: "echo.EchoService" }, (error, response) =>
      error === null ? resolve(response?.status) : reject(error),
    ),
  );
}

/** The grpc-status of a raw HTTP/2 call whose one message says it is compressed. */
async function statusOf(address: string, headers: Record<string, string>, body: Buffer): Promise<string> {
  const session = connectHttp2(`http://${address}`);
  onTestFinished(() => session.destroy());
  const usual = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const stream = session.request({ ...usual, ...headers });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  stream.on("error", reject);
  for (const event of ["trailers", "response"]) {
    stream.on(event, (got: Record<string, unknown>) => {
      if (got["grpc-status"] !== undefined) resolve(String(got["grpc-status"]));
    });
  }
  stream.resume();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(1, 0);
  prefix.writeUInt32BE(body.length, 1);
  stream.end(Buffer.concat([prefix, body]));
  return promise;
}

describe("TypedService.update", () => {
  /** A service of kernels that no node runs: a call that gets through is refused by the empty engine. */
  async function alone() {
    const store = createMemoryStore();
    await store.start();
    const registry = new Registry(store, await openModuleStore({ folder: temporaryFolder() }));
    await registry.deploy(await kernelModule("echo"), "", "");
    const routed = registry.route("echo");
    const server = createRpcServer("client");
    const unused = {} as Engine; // calls get no further than the service
    const service = new TypedService(server, unused, registry);
    const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
    explainUnknownMethods(server, (unknown) => service.explain(unknown));
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    onTestFinished(() => {
      client.close();
      return stopServer(server, 0);
    });
    const codes = async (): Promise<number[]> => {
      const paths = ["Echo", "Say", "Sum"].map((method) => `/echo.EchoService/${method}`);
      const outcomes = await Promise.all(paths.map((to) => rawCall(client, to, hello).outcome));
      return outcomes.map(({ code }) => code);
    };
    return { service, routed, codes };
  }

  function withFunctions(routed: RoutedKernel, names: readonly string[]): RoutedKernel {
    const { serving } = routed;
    const { schema } = serving.admitted;
    const functions = schema.functions.filter(({ name }) => names.includes(name));
    const admitted = { ...serving.admitted, schema: { ...schema, functions } };
    const version = { ...serving, admitted };
    return { ...routed, serving: version, versions: new Map([[version.digest, version]]) };
  }

  const served = 13;
  const unknown = 12;

  it("adds, changes and removes the methods of a running server", async () => {
    const { service, routed, codes } = await alone();
    expect(await codes()).toEqual([unknown, unknown, unknown]);
    service.update("echo", withFunctions(routed, ["echo", "say"]));
    expect(await codes()).toEqual([served, served, unknown]);
    service.update("echo", withFunctions(routed, ["say", "sum"]));
    expect(await codes()).toEqual([unknown, served, served]);
    service.update("echo", undefined);
    service.update("echo", undefined);
    expect(await codes()).toEqual([unknown, unknown, unknown]);
    expect(service.explain("/echo.EchoService/Echo")).toMatch(/no kernel is deployed yet/);
  });
});
