import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { credentials, Metadata, type ClientWritableStream, type ServiceError } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { version } from "../../src/base/version.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { secretMetadata } from "../../src/rpc/channel.ts";
import { deployKernel, fetchModuleStream, getKernel, listKernels } from "../../src/rpc/clients.ts";
import type { DeployRequest } from "../../src/rpc/generated/heddle/v1/DeployRequest.ts";
import type { DeployResponse__Output } from "../../src/rpc/generated/heddle/v1/DeployResponse.ts";
import { heddle } from "../../src/rpc/services.ts";
import { fromStatus } from "../../src/rpc/status.ts";
import { readKernelSchema } from "../../src/wire/schema.ts";
import { startGateway } from "../support/gateway-process.ts";
import { endlessStart } from "../support/hostile-modules.ts";
import { collect } from "../support/iteration.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf } from "../support/module-bytes.ts";

async function setup(kernels: readonly string[] = []) {
  const running = await startGateway(kernels);
  const wasm = Buffer.from(await kernelModule("echo"));
  const digest = createHash("sha256").update(wasm).digest("hex");
  const deploy = (...messages: DeployRequest[]) => deployKernel(running.client, messages);
  return { ...running, wasm, digest, deploy };
}

/** A module that is so large that nodes fetch it ahead. */
function large(bytes: Uint8Array): Buffer {
  const size = limits.moduleAheadMinBytes;
  const section = [
    0,
    ...[0, 7, 14].map((shift) => (((size + 2) >> shift) & 0x7f) | (shift < 14 ? 0x80 : 0)),
    1,
    0x78,
  ];
  return Buffer.concat([bytes, Buffer.from(section), Buffer.alloc(size)]);
}

describe("Kernels.Deploy", () => {
  it("deploys what comes in parts", async () => {
    const { deploy, wasm, digest } = await setup();
    const [head, tail] = [wasm.subarray(0, 1000), wasm.subarray(1000)];
    const header = { size: wasm.length, digest, name: "echo" };
    const response = await deploy({ header }, { data: head }, { data: Buffer.alloc(0) }, { data: tail });
    expect(response).toMatchObject({ unchanged: false, readyNodes: [], pendingNodes: [] });
    expect(response.kernel).toMatchObject({ name: "echo", digest, size: wasm.length, pure: true });
    expect(response.kernel?.functions).toMatchObject([
      {
        name: "echo",
        requestType: "echo.EchoRequest",
        responseType: "echo.EchoResponse",
        comment: expect.stringContaining("A payload as it came.") as string,
      },
      { name: "say" },
      { name: "sum" },
    ]);
    expect(await deploy({ header: { size: wasm.length } }, { data: wasm })).toMatchObject({
      unchanged: true,
    });
  });

  it("answers when the nodes have compiled it", async () => {
    const { deploy, wasm, node } = await setup();
    const quick = await node({ id: "quick" });
    const response = await deploy({ header: { size: wasm.length } }, { data: wasm });
    expect(response).toMatchObject({ readyNodes: ["quick"], pendingNodes: [] });
    expect(quick.frames.frames[0]).toMatchObject({ kind: "function", frame: { number: 1, kernel: "echo" } });
  });

  it("takes so many uploads at once and no more", async () => {
    const { client, deploy, wasm } = await setup();
    const { path, requestSerialize, responseDeserialize } = heddle.Kernels.service.Deploy;
    const open = Array.from({ length: limits.deploysMax }, () => {
      const call: ClientWritableStream<DeployRequest> = client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        () => {}, // it is cancelled
      );
      call.write({ header: { size: wasm.length } });
      return call;
    });
    const refusal = {
      reason: "QUEUE_FULL",
      rawMessage: expect.stringContaining("being deployed already") as string,
    };
    const tryOut = () =>
      deploy({ header: { size: wasm.length } }, { data: wasm }).catch((error: unknown) => error);
    let last;
    do last = await tryOut();
    while (!(last instanceof Error));
    expect(last).toMatchObject(refusal);
    for (const call of open) call.cancel();
    do last = await tryOut();
    while (last instanceof Error);
    expect(last).toMatchObject({ kernel: { name: "echo" } });
  });

  it("waits for no node that goes meanwhile", async () => {
    const { deploy, wasm, node } = await setup();
    const slow = await node({ id: "slow", compiles: false });
    const response = deploy({ header: { size: wasm.length } }, { data: wasm });
    await slow.frames.count("function", 1);
    slow.stop();
    expect(await response).toMatchObject({ readyNodes: [], pendingNodes: [] });
  });

  const data = Buffer.alloc(1000, 1);
  it.each<[string, DeployRequest[], object]>([
    ["without anything", [], { reason: "BAD_REQUEST", rawMessage: "a Deploy without a header" }],
    [
      "without a header",
      [{ data }],
      { reason: "BAD_REQUEST", rawMessage: "the first message of a Deploy must be its header" },
    ],
    [
      "with two headers",
      [{ header: { size: 2000 } }, { header: { size: 1000 } }],
      { reason: "BAD_REQUEST", rawMessage: "after its header a Deploy holds data only" },
    ],
    [
      "shorter than announced",
      [{ header: { size: 2001 } }, { data }, { data }],
      { reason: "BAD_REQUEST", rawMessage: "the upload ended after 2000 of 2001 bytes" },
    ],
    [
      "longer than announced",
      [{ header: { size: 1999 } }, { data }, { data }, { data }],
      {
        reason: "MODULE_TOO_LARGE",
        code: 8,
        rawMessage: `the module is too large: more than the announced 1999 bytes; the limit is ${limits.moduleMaxBytes}`,
      },
    ],
    [
      "announced too large",
      [{ header: { size: limits.moduleMaxBytes + 1 } }, { data }],
      {
        reason: "MODULE_TOO_LARGE",
        rawMessage: `the module is too large: announced ${limits.moduleMaxBytes + 1} bytes; the limit is ${limits.moduleMaxBytes}`,
      },
    ],
    [
      "of another digest",
      [{ header: { size: 1000, digest: "0".repeat(64) } }, { data }],
      { reason: "DIGEST_MISMATCH" },
    ],
    ["that is no module", [{ header: { size: 1000 } }, { data }], { reason: "BAD_MODULE" }],
  ])("refuses an upload %s", async (_, messages, expected) => {
    const { deploy, client } = await setup();
    await expect(deploy(...messages)).rejects.toMatchObject(expected);
    expect((await listKernels(client)).kernels).toEqual([]);
  });

  it("refuses an endless upload soon", async () => {
    const { client } = await setup();
    let sent = 0;
    function* endless(): Generator<DeployRequest> {
      yield { header: { size: 3_000_000 } };
      for (;;) {
        sent++;
        yield { data: Buffer.alloc(1_000_000) };
      }
    }
    await expect(deployKernel(client, endless())).rejects.toMatchObject({ reason: "MODULE_TOO_LARGE" });
    expect(sent).toBeLessThan(40);
  });

  it("survives a client that goes in the middle", async () => {
    const { address, client } = await setup();
    const kernels = new heddle.Kernels(address, credentials.createInsecure());
    onTestFinished(() => kernels.close());
    const failed = Promise.withResolvers<ServiceError>();
    const call: ClientWritableStream<DeployRequest> = kernels.Deploy(
      (error: ServiceError | null, _?: DeployResponse__Output) => {
        if (error !== null) failed.resolve(error);
      },
    );
    call.write({ header: { size: 3000 } });
    call.write({ data });
    call.cancel();
    expect(await failed.promise).toMatchObject({ code: 1 });
    expect((await listKernels(client)).kernels).toEqual([]);
  });
});

describe("Kernels.Get", () => {
  it("gives the kernel with its descriptor", async () => {
    const { client, digest } = await setup(["echo"]);
    const { kernel, descriptorSet } = await getKernel(client, { name: "echo" });
    expect(kernel).toMatchObject({ name: "echo", digest });
    expect(readKernelSchema(descriptorSet).functions.map(({ name }) => name)).toEqual(["echo", "say", "sum"]);
  });

  it("says which kernels there are when there is none of that name", async () => {
    const { client } = await setup(["echo"]);
    await expect(getKernel(client, { name: "ecco" })).rejects.toMatchObject({
      reason: "KERNEL_NOT_FOUND",
      rawMessage: 'no kernel "ecco" is deployed; deployed are: echo',
    });
  });
});

describe("Kernels.FetchModule", () => {
  it("gives the bytes to those who know the secret", async () => {
    const { client, secret, wasm, digest } = await setup(["echo"]);
    const parts = await collect(fetchModuleStream(client, "scheduler", { digest }, secretMetadata(secret)));
    expect(Buffer.concat(parts.map((part) => part.data)).equals(wasm)).toBe(true);
    expect(parts[0]?.size).toBe(wasm.length);
    expect(Math.max(...parts.map((part) => part.data.length))).toBeLessThanOrEqual(64 * 1024);
  });

  it.each([
    ["no secret", new Metadata()],
    ["a wrong secret", secretMetadata("guess")],
  ])("refuses a call with %s", async (_, metadata) => {
    const { client, digest } = await setup(["echo"]);
    await expect(collect(fetchModuleStream(client, "scheduler", { digest }, metadata))).rejects.toMatchObject(
      {
        reason: "BAD_SECRET",
        code: 16,
      },
    );
  });

  const announcing = [
    ["said before", true],
    ["not said", false],
  ] as const;

  it.each(announcing)(
    "keeps the end of a module back while it is admitted, and for good when it is refused; its digest is %s",
    async (_, announced) => {
      const { client, secret, deploy, node } = await setup();
      const bytes = large(endlessStart);
      const digest = digestOf(bytes);
      const told = await node();
      const header = { size: bytes.length, digest: announced ? digest : "" };
      const deploying = deploy({ header }, { data: bytes });
      deploying.catch(() => {}); // awaited below
      await told.frames.count("function", 1);
      expect(told.frames.frames[0]).toMatchObject({ kind: "function", frame: { kernel: "", function: "" } });
      const parts: Buffer[] = [];
      const fetching = async (): Promise<void> => {
        const stream = fetchModuleStream(client, "scheduler", { digest }, secretMetadata(secret));
        for await (const { data } of stream) parts.push(data);
      };
      await expect(fetching()).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
      expect(Buffer.concat(parts).length).toBeLessThan(bytes.length);
      await expect(deploying).rejects.toMatchObject({ reason: "START_TIMEOUT" });
    },
  );

  it.each(announcing)(
    "gives all of a module that is fetched while it is admitted; its digest is %s",
    async (_, announced) => {
      const { client, secret, deploy, node, wasm } = await setup();
      const bytes = large(wasm);
      const digest = digestOf(bytes);
      const told = await node();
      const header = { size: bytes.length, digest: announced ? digest : "" };
      const deploying = deploy({ header }, { data: bytes });
      await told.frames.count("function", 1);
      const parts = await collect(fetchModuleStream(client, "scheduler", { digest }, secretMetadata(secret)));
      expect(Buffer.concat(parts.map((part) => part.data)).equals(bytes)).toBe(true);
      expect(await deploying).toMatchObject({ kernel: { name: "echo" }, pendingNodes: [] });
    },
  );

  it("says where a module is that is being deployed, and ends when it is admitted", async () => {
    const { client, secret, deploy, node, wasm } = await setup();
    const bytes = large(wasm);
    const digest = digestOf(bytes);
    const told = await node();
    const deploying = deploy({ header: { size: bytes.length, digest } }, { data: bytes });
    await told.frames.count("function", 1);
    const request = { digest, files: true };
    const parts = await collect(fetchModuleStream(client, "scheduler", request, secretMetadata(secret)));
    expect(parts.at(-1)?.facts).toEqual({ version, ...admitModule(bytes).facts });
    // Where the disk was slower than the admission, or the deploy over before the question, all is sent.
    const [paths] = parts.map(({ files }) => files).filter((files) => files.length > 0);
    await deploying;
    if (paths === undefined) expect(Buffer.concat(parts.map(({ data }) => data)).equals(bytes)).toBe(true);
    else expect(readFileSync(paths[1] ?? "").equals(bytes)).toBe(true);
  });

  it("ends no answer well of which the module was refused", async () => {
    const { client, secret, deploy, node } = await setup();
    const bytes = large(endlessStart);
    const digest = digestOf(bytes);
    const told = await node();
    const deploying = deploy({ header: { size: bytes.length, digest } }, { data: bytes });
    deploying.catch(() => {}); // awaited below
    await told.frames.count("function", 1);
    const stream = fetchModuleStream(client, "scheduler", { digest, files: true }, secretMetadata(secret));
    await expect(collect(stream)).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    await expect(deploying).rejects.toMatchObject({ reason: "START_TIMEOUT" });
  });

  /** Opens a deploy that announces a module, and sends its first half. */
  async function halfOf(bytes: Buffer) {
    const running = await setup();
    const told = await running.node();
    const { path, requestSerialize, responseDeserialize } = heddle.Kernels.service.Deploy;
    const outcome = Promise.withResolvers<DeployResponse__Output | undefined>();
    outcome.promise.catch(() => {}); // some wait for it
    const call: ClientWritableStream<DeployRequest> = running.client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      (error: ServiceError | null, response?: DeployResponse__Output) =>
        error === null ? outcome.resolve(response) : outcome.reject(fromStatus(error)),
    );
    const half = bytes.length >> 1;
    const digest = digestOf(bytes);
    call.write({ header: { size: bytes.length, digest } });
    call.write({ data: bytes.subarray(0, half) });
    await told.frames.count("function", 1);
    const fetched = fetchModuleStream(
      running.client,
      "scheduler",
      { digest },
      secretMetadata(running.secret),
    );
    const parts: Buffer[] = [];
    for (let come = 0; come < half;) {
      const { data } = (await fetched.next()).value ?? { data: Buffer.alloc(0) };
      parts.push(data);
      come += data.length;
    }
    return { ...running, call, outcome: outcome.promise, fetched, parts, half };
  }

  it("gives a module while it is uploaded, and what was found in it last", async () => {
    const bytes = large(await kernelModule("echo"));
    const { call, outcome, fetched, parts, half } = await halfOf(bytes);
    expect(Buffer.concat(parts).equals(bytes.subarray(0, half))).toBe(true);
    call.write({ data: bytes.subarray(half) });
    call.end();
    const rest = await collect(fetched);
    expect(Buffer.concat([...parts, ...rest.map(({ data }) => data)]).equals(bytes)).toBe(true);
    expect(rest.at(-1)?.facts).toEqual({ version, ...admitModule(bytes).facts });
    expect(await outcome).toMatchObject({ kernel: { name: "echo" }, pendingNodes: [] });
  });

  it("gives no more of a module whose upload ends early", async () => {
    const { call, fetched, outcome } = await halfOf(large(await kernelModule("echo")));
    call.end();
    await expect(collect(fetched)).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    await expect(outcome).rejects.toMatchObject({ reason: "BAD_REQUEST" });
  });

  it("gives no more of a module that is not the one announced", async () => {
    const bytes = large(await kernelModule("echo"));
    const { call, fetched, outcome, half } = await halfOf(bytes);
    const other = Buffer.from(bytes.subarray(half));
    other[other.length - 1] = 1;
    call.write({ data: other });
    call.end();
    await expect(collect(fetched)).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    await expect(outcome).rejects.toMatchObject({ reason: "DIGEST_MISMATCH" });
  });

  it("has nodes ask again when a quicker upload of the same module ends", async () => {
    const bytes = large(await kernelModule("echo"));
    const { call, fetched, deploy } = await halfOf(bytes);
    const quick = await deploy({ header: { size: bytes.length } }, { data: bytes });
    expect(quick).toMatchObject({ kernel: { name: "echo" } });
    await expect(collect(fetched)).rejects.toMatchObject({ reason: "QUEUE_FULL" });
    call.cancel();
  });

  it("says what was found in a module that is deployed", async () => {
    const { client, secret, digest, wasm } = await setup(["echo"]);
    const parts = await collect(fetchModuleStream(client, "scheduler", { digest }, secretMetadata(secret)));
    expect(parts.at(-1)?.facts).toEqual({ version, ...admitModule(wasm).facts });
  });

  it("refuses a digest it does not have", async () => {
    const { client, secret } = await setup(["echo"]);
    for (const digest of ["", "x", "0".repeat(64)]) {
      const fetched = collect(fetchModuleStream(client, "scheduler", { digest }, secretMetadata(secret)));
      await expect(fetched).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    }
  });
});
