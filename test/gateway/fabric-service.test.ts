import { once } from "node:events";
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import type { InvokeRequest } from "../../src/rpc/generated/heddle/v1/InvokeRequest.ts";
import type { InvokeResponse__Output } from "../../src/rpc/generated/heddle/v1/InvokeResponse.ts";
import { openChannel } from "../../src/rpc/channel.ts";
import { bind, createRpcServer, stopServer } from "../../src/rpc/server.ts";
import { heddle, sessionMethod } from "../../src/rpc/services.ts";
import { FabricService } from "../../src/gateway/fabric-service.ts";
import type { SessionGateway } from "../../src/gateway/session.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { startGateway } from "../support/gateway-process.ts";
import { errorInfoOf } from "../support/raw-calls.ts";
import type { ScriptedNodeOptions } from "../support/scripted-node.ts";
import { echoRequest, openSessionClient, outcomesOf } from "../support/session-client.ts";

async function setup(options: ScriptedNodeOptions = {}) {
  const running = await startGateway(["echo"]);
  const node = await running.node(options);
  const fabric = new heddle.Fabric(running.address, credentials.createInsecure());
  onTestFinished(() => fabric.close());
  const invoke = (
    request: InvokeRequest,
    deadlineMs?: number,
    metadata = new Metadata(),
  ): Promise<InvokeResponse__Output> =>
    new Promise((resolve, reject) => {
      const deadline = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
      fabric.Invoke(request, metadata, deadline, (error, response) =>
        error === null && response !== undefined
          ? resolve(response)
          : reject(error ?? new Error("no response")),
      );
    });
  return { ...running, node, fabric, invoke };
}

const echo = { function: "echo/echo", payload: echoRequest("hello") };

describe("Fabric.Invoke", () => {
  it("answers a client of any language with the response and what it took", async () => {
    const { invoke } = await setup();
    const { payload, stats } = await invoke(echo);
    expect(payload.equals(echo.payload)).toBe(true);
    expect(stats).toMatchObject({ node: "node-1", attempts: 1, runMs: 0.25, earlier: [] });
  });

  it("passes the options of the call on", async () => {
    const { invoke, node } = await setup();
    const metadata = new Metadata();
    metadata.set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    await invoke({ ...echo, priority: -3, affinity: "a" }, 5000, metadata);
    const [frame] = node.frames.batches;
    expect(frame).toMatchObject({ priority: -3, affinity: "a", attempt: 1, incarnation: 1 });
    expect(frame?.deadlineMs).toBeGreaterThan(0);
    expect(frame?.deadlineMs).toBeLessThanOrEqual(5000);
    expect(Buffer.from(frame?.trace ?? []).toString("hex")).toContain("0af7651916cd43dd8448eb211c80319c");
  });

  it("gives a call without a deadline the longest there is", async () => {
    const { invoke, node } = await setup();
    await invoke(echo);
    expect(node.frames.batches[0]?.deadlineMs).toBeGreaterThan(limits.deadlineMaxMs - 60_000);
  });

  it.each([
    [{ function: "echo" }, 3, "BAD_REQUEST", 'function must be "kernel/function", not "echo"'],
    [{ function: "" }, 3, "BAD_REQUEST", 'function must be "kernel/function", not ""'],
    [{ function: "a/b/c" }, 3, "BAD_REQUEST", 'function must be "kernel/function", not "a/b/c"'],
    [
      { function: "nothing/echo" },
      5,
      "KERNEL_NOT_FOUND",
      'no kernel "nothing" is deployed; deployed are: echo',
    ],
    [
      { function: "echo/nothing" },
      5,
      "FUNCTION_NOT_FOUND",
      'kernel "echo" has no function "nothing"; it has: echo, say, sum',
    ],
    [
      { function: "echo/echo", digest: "ab".repeat(32) },
      5,
      "KERNEL_NOT_FOUND",
      expect.stringContaining(`has no version ${"ab".repeat(32)}`) as string,
    ],
    [
      { function: "echo/echo", digest: "ab" },
      3,
      "BAD_REQUEST",
      expect.stringContaining('digest "ab" is not one: it needs 64 lower-case hex digits') as string,
    ],
  ])("refuses %o with a status and ErrorInfo", async (request, code, reason, details) => {
    const { invoke } = await setup();
    const error = await invoke(request).catch((thrown: ServiceError) => thrown);
    expect(error).toMatchObject({ code, details });
    expect(errorInfoOf(error as ServiceError)).toMatchObject({ reason, domain: "heddle" }); // it was refused
  });

  it("answers with the error of the kernel", async () => {
    const { invoke } = await setup({
      script: (node, frame) => node.fail(frame, 0, "KERNEL_TRAP", "unreachable in f"),
    });
    const error = await invoke(echo).catch((thrown: ServiceError) => thrown);
    expect(error).toMatchObject({ code: 2, details: "unreachable in f" });
    expect(errorInfoOf(error as ServiceError)).toEqual({
      reason: "KERNEL_TRAP",
      domain: "heddle",
      metadata: { attempts: "1", node: "node-1" },
    });
  });

  it("ends at its deadline and takes the work back", async () => {
    const { invoke, node } = await setup({ script: () => {} });
    // On a busy machine a call may be over before it gets to the node, and then there is nothing to take back.
    for (let deadlineMs = 60; node.frames.batches.length === 0; deadlineMs *= 2)
      await expect(invoke(echo, deadlineMs)).rejects.toMatchObject({ code: 4 });
    await node.frames.count("cancel", 1);
  });

  it("takes the work back when the client cancels", async () => {
    const { fabric, node } = await setup({ script: () => {} });
    const call = fabric.Invoke(echo, () => {});
    await node.frames.count("batch", 1);
    call.cancel();
    await node.frames.count("cancel", 1);
  });

  it("answers RESULT_TOO_LARGE when the response does not fit a unary call", async () => {
    const { invoke } = await setup({
      script: (node, frame) => {
        const payloads = Buffer.alloc(limits.unaryMessageMaxBytes);
        const sizes = Uint32Array.of(payloads.length);
        node.link?.sendResult({ ...emptyResult, id: frame.id, count: 1, sizes, payloads, done: true });
      },
    });
    const error = await invoke(echo).catch((thrown: ServiceError) => thrown);
    expect(error).toMatchObject({ code: 8 });
    expect(errorInfoOf(error as ServiceError)).toMatchObject({ reason: "RESULT_TOO_LARGE" });
  });

  it("refuses a request above the bound of a unary call", async () => {
    const { invoke } = await setup();
    const payload = Buffer.alloc(limits.unaryMessageMaxBytes + 1);
    await expect(invoke({ ...echo, payload })).rejects.toMatchObject({ code: 8 });
    expect((await invoke(echo)).payload.equals(echo.payload)).toBe(true);
  });
});

describe("Fabric.Session", () => {
  it("refuses a client of another version", async () => {
    const { address } = await setup();
    const client = openSessionClient(address, { version: "7.0.0" });
    expect(await client.closed).toMatchObject({ reason: "VERSION_SKEW", code: 9 });
  });

  it.each(["", "x".repeat(129)])("refuses a client id of the wrong length", async (clientId) => {
    const { address } = await setup();
    expect(await openSessionClient(address, { clientId }).closed).toMatchObject({ reason: "PROTOCOL" });
  });

  it("takes the later of two sessions of a client and ends the earlier", async () => {
    const { address, node } = await setup({ script: () => {} });
    const earlier = openSessionClient(address, { epoch: 1 });
    earlier.name(1, "echo", "echo");
    earlier.send(1, ["a"]);
    await node.frames.count("batch", 1);
    const later = openSessionClient(address, { epoch: 2 });
    await later.welcome;
    expect(await earlier.closed).toMatchObject({
      reason: "CANCELLED",
      rawMessage: "the client opened a later session",
    });
    await node.frames.count("cancel", 1);
    node.script = (_, frame) => node.echo(frame);
    later.name(1, "echo", "echo");
    later.send(1, ["b"]);
    await later.results.count("result", 1);
    expect([...outcomesOf(later, 1).values()]).toEqual(["b"]);
    const stale = openSessionClient(address, { epoch: 1 });
    expect(await stale.closed).toMatchObject({ reason: "PROTOCOL" });
  });

  it("keeps the clients apart", async () => {
    const { address } = await setup();
    const clients = ["one", "two"].map((clientId) => openSessionClient(address, { clientId }));
    for (const client of clients) client.name(1, "echo", "echo");
    clients[0]?.send(1, ["a"]);
    clients[1]?.send(1, ["b"]);
    await Promise.all(clients.map((client) => client.results.count("result", 1)));
    expect(clients.map((client) => [...outcomesOf(client, 1).values()])).toEqual([["a"], ["b"]]);
  });
});

describe("a Session stream", () => {
  it("is ended when it never says whose it is", async () => {
    const server = createRpcServer("client");
    const unused = {} as SessionGateway; // a stream without a Hello gets no further than the service
    new FabricService(unused, 20).addTo(server);
    const port = await bind(server, { host: "127.0.0.1", port: 0, insecure: false });
    onTestFinished(() => stopServer(server, 0));
    const channel = openChannel(`127.0.0.1:${port}`, "client");
    onTestFinished(() => channel.close());
    const { path, requestSerialize, responseDeserialize } = sessionMethod;
    const stream = channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    stream.resume();
    const [error] = (await once(stream, "error")) as [ServiceError]; // what the library emits
    expect(error).toMatchObject({ code: 13, details: "no Hello came within 20 ms" });
  });
});
