import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import {
  deployKernel,
  fetchModuleStream,
  getKernel,
  listKernels,
  listNodes,
  watchCluster,
} from "../../src/rpc/clients.ts";
import type { DeployRequest__Output } from "../../src/rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse } from "../../src/rpc/generated/heddle/v1/DeployResponse.ts";
import type { GetRequest__Output } from "../../src/rpc/generated/heddle/v1/GetRequest.ts";
import type { GetResponse } from "../../src/rpc/generated/heddle/v1/GetResponse.ts";
import type { WatchRequest__Output } from "../../src/rpc/generated/heddle/v1/WatchRequest.ts";
import type { WatchResponse } from "../../src/rpc/generated/heddle/v1/WatchResponse.ts";
import { heddle } from "../../src/rpc/services.ts";
import { toStatus } from "../../src/rpc/status.ts";
import { collect, next } from "../support/iteration.ts";

type Watch = ServerWritableStream<WatchRequest__Output, WatchResponse>;

const refusal = new HeddleError("KERNEL_NOT_FOUND", "no such kernel");

/** A server that answers `good` and refuses or ignores the rest. */
async function setup(onDeploy: (part: DeployRequest__Output) => void = () => {}) {
  const server = new Server();
  const watches: Watch[] = [];
  const cancelled = Promise.withResolvers<void>();
  server.addService(heddle.Kernels.service, {
    Get: (call: ServerUnaryCall<GetRequest__Output, GetResponse>, answer: sendUnaryData<GetResponse>) => {
      call.on("cancelled", () => cancelled.resolve());
      if (call.request.name === "good") answer(null, { kernel: { name: "good" } });
      else if (call.request.name === "bad") answer(toStatus(refusal));
    },
    List: (_call: unknown, answer: sendUnaryData<object>) => answer(null, { kernels: [{ name: "good" }] }),
    Deploy: (
      call: ServerReadableStream<DeployRequest__Output, DeployResponse>,
      answer: sendUnaryData<DeployResponse>,
    ) => {
      let size = 0;
      call.on("data", (part: DeployRequest__Output) => {
        onDeploy(part);
        size += part.data?.length ?? 0;
        if (size > 10_000_000) answer(toStatus(new HeddleError("MODULE_TOO_LARGE", "too large")));
      });
      call.on("end", () => answer(null, { kernel: { name: "good", size } }));
      call.on("error", () => cancelled.resolve());
      call.on("cancelled", () => cancelled.resolve());
    },
    FetchModule: (call: Watch) => void call.emit("error", toStatus(refusal)),
  });
  server.addService(heddle.Cluster.service, {
    ListNodes: (_call: unknown, answer: sendUnaryData<object>) => answer(null, { nodes: [] }),
    Watch: (call: Watch) => {
      watches.push(call);
      call.on("cancelled", () => cancelled.resolve());
      call.write({ synced: {} });
      if (!call.request.attempts) call.end();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return { client, server, cancelled: cancelled.promise };
}

describe("a unary call", () => {
  it("gives the answer", async () => {
    const { client } = await setup();
    expect((await getKernel(client, { name: "good" })).kernel?.name).toBe("good");
    expect((await listKernels(client)).kernels).toHaveLength(1);
    expect((await listNodes(client)).nodes).toEqual([]);
  });

  it("rejects with the error of the server", async () => {
    const { client } = await setup();
    await expect(getKernel(client, { name: "bad" })).rejects.toMatchObject({
      reason: "KERNEL_NOT_FOUND",
      rawMessage: "no such kernel",
    });
  });

  it("ends at its deadline", async () => {
    const { client } = await setup();
    await expect(getKernel(client, { name: "silent" }, { deadlineMs: 30 })).rejects.toMatchObject({
      reason: "DEADLINE",
    });
  });

  it("ends when its signal aborts, before or meanwhile, and cancels the call", async () => {
    const { client, cancelled } = await setup();
    const aborted = { signal: AbortSignal.abort() };
    await expect(getKernel(client, { name: "silent" }, aborted)).rejects.toMatchObject({
      reason: "CANCELLED",
    });
    const abort = new AbortController();
    const call = getKernel(client, { name: "silent" }, { signal: abort.signal });
    await listKernels(client);
    abort.abort();
    await expect(call).rejects.toMatchObject({ reason: "CANCELLED" });
    await cancelled;
  });
});

describe("deployKernel", () => {
  function* upload(parts: number): Generator<{ header: object } | { data: Buffer }> {
    yield { header: { size: parts * 100_000 } };
    for (let part = 0; part < parts; part++) yield { data: Buffer.alloc(100_000) };
  }

  it("sends every part", async () => {
    const { client } = await setup();
    expect((await deployKernel(client, upload(50))).kernel?.size).toBe(5_000_000);
  });

  it("stops sending when it has been refused", async () => {
    const { client } = await setup();
    let sent = 0;
    function* endless(): Generator<{ data: Buffer }> {
      for (;;) {
        sent++;
        yield { data: Buffer.alloc(100_000) };
      }
    }
    await expect(deployKernel(client, endless())).rejects.toMatchObject({ reason: "MODULE_TOO_LARGE" });
    const after = sent;
    await listKernels(client);
    expect(sent).toBe(after);
  });

  it("is cancelled by its signal, also before", async () => {
    const { client } = await setup();
    const aborted = { signal: AbortSignal.abort() };
    await expect(deployKernel(client, upload(1), aborted)).rejects.toMatchObject({ reason: "CANCELLED" });
  });
});

describe("watchCluster", () => {
  it("gives what comes up to the end", async () => {
    const { client } = await setup();
    const events = await collect(watchCluster(client, { attempts: false }));
    expect(events.map((event) => Object.keys(event.synced ?? { none: 0 }))).toEqual([[]]);
  });

  it("ends without an error when its signal aborts", async () => {
    const { client, cancelled } = await setup();
    const abort = new AbortController();
    const events = watchCluster(client, { attempts: true }, abort.signal);
    await next(events);
    abort.abort();
    expect(await events.next()).toMatchObject({ done: true });
    await cancelled;
  });

  it("cancels the call when its reader leaves", async () => {
    const { client, cancelled } = await setup();
    for await (const event of watchCluster(client, { attempts: true })) if (event.synced) break;
    await cancelled;
  });

  it("throws when the connection is lost", async () => {
    const { client, server } = await setup();
    const events = watchCluster(client, { attempts: true });
    await next(events);
    server.forceShutdown();
    await expect(events.next()).rejects.toMatchObject({ name: "HeddleError" });
  });
});

describe("fetchModuleStream", () => {
  it("throws the error of the server", async () => {
    const { client } = await setup();
    const parts = fetchModuleStream(client, "scheduler", { digest: "0".repeat(64) }, new Metadata());
    await expect(parts.next()).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
  });

  // A call that failed before anybody had asked for its messages ended the process with an unhandled error.
  it("keeps the error for one who asks late", async () => {
    const { client } = await setup();
    const parts = fetchModuleStream(client, "scheduler", { digest: "0".repeat(64) }, new Metadata());
    for (let calls = 0; calls < 5; calls++) await listKernels(client);
    await expect(parts.next()).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
  });
});
