/**
 * Clients that know nothing of Heddle call every type a kernel can take: grpc-js with the printed .proto file, fetch
 * with JSON, grpcurl and Python's grpcio with server reflection.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { credentials, loadPackageDefinition, type Client, type ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../../src/kernel/admission.ts";
import { messageArbitrary, stockTypes } from "../compiler/stock-types.ts";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { grpcurl } from "../support/grpcurl.ts";
import { kernelModule } from "../support/kernels.ts";
import { prerequisite } from "../support/prerequisite.ts";
import { repository } from "../support/source-files.ts";
import { testSeed } from "../support/seed.ts";
import { typeCalls, withoutNulls } from "../support/type-calls.ts";

let cluster: Cluster;
let stub: Stub;

beforeAll(async () => {
  cluster = await openCluster({ nodes: 1, kernels: ["types", "unruly"] });
  stub = await openStub();
  return () => {
    stub.close();
    return cluster.stop();
  };
});

type Json = Readonly<Record<string, unknown>>;
type Stub = Client & Record<string, (request: Json, answer: Answer) => void>;
type Answer = (error: ServiceError | null, response: Json) => void;

/** A stub as a client of another language would have it, made from what `heddle proto` prints. */
async function openStub(): Promise<Stub> {
  const { stdout } = await cluster.heddle(["proto", "types"]);
  const folder = mkdtempSync(join(tmpdir(), "heddle-proto-"));
  writeFileSync(join(folder, "types.proto"), stdout);
  const options = { longs: String, enums: String, bytes: String, defaults: true, json: true };
  const definition = loadSync(join(folder, "types.proto"), options);
  rmSync(folder, { recursive: true });
  const loaded = loadPackageDefinition(definition) as unknown as {
    types: { TypesService: new (address: string, how: unknown) => Stub };
  }; // what is in the file
  return new loaded.types.TypesService(cluster.grpc, credentials.createInsecure());
}

function callStub(fn: string, request: Json): Promise<Json> {
  return new Promise((resolve, reject) => {
    stub[fn]?.(request, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://${cluster.http}/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Runs a program to its end with a text on its stdin. */
async function run(
  program: string,
  args: readonly string[],
  input: string,
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = { stdout: "", stderr: "" };
  child.stdout.on("data", (part) => (ended.stdout += String(part)));
  child.stderr.on("data", (part) => (ended.stderr += String(part)));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, ...ended };
}

describe("a grpc-js client made of `heddle proto`", () => {
  it.each(typeCalls)("gets every type back: $function $#", async ({ function: fn, request, response }) => {
    expect(withoutNulls(await callStub(fn, request))).toEqual(response);
  });

  it("gets the errors of the kernel", async () => {
    await expect(callStub("scalars", { value: { byte: 300 } })).rejects.toMatchObject({
      code: 3,
      details: "types.Scalars.byte: 300 is out of range",
    });
  });
});

describe("fetch with JSON", () => {
  it.each(typeCalls)("gets every type back: $function $#", async ({ function: fn, request, response }) => {
    expect(await post(`types/${fn}`, request)).toEqual({ status: 200, body: response });
  });

  it("gets the same as the stock client, whatever the values", { timeout: 120_000 }, async () => {
    const types = stockTypes(admitModule(await kernelModule("types")).schema.bytes);
    const plain = { longs: String, bytes: String, enums: String, json: true } as const;
    for (const fn of ["scalars", "arrays", "tree", "many"]) {
      const type = types.lookupType(`types.${fn.charAt(0).toUpperCase()}${fn.slice(1)}Request`);
      for (const value of fc.sample(messageArbitrary(type), { seed: testSeed, numRuns: 25 })) {
        const request = camelCased(type.toObject(type.fromObject(value), plain)) as Json; // it is an object
        const { status, body } = await post(`types/${fn}`, request);
        expect(status).toBe(200);
        expect(shortFloats(body)).toEqual(shortFloats(withoutNulls(await callStub(fn, request))));
      }
    }
  });

  it("gets the errors of the kernel", async () => {
    expect(await post("types/scalars", { value: { byte: 300 } })).toMatchObject({
      status: 400,
      body: {
        error: { reason: "BAD_PAYLOAD", message: "types.Scalars.byte: 300 is out of range", attempts: 1 },
      },
    });
    expect(await post("types/scalars", { value: { int: 2 ** 31 } })).toMatchObject({
      status: 400,
      body: { error: { message: "types.ScalarsRequest.value.int: expected an int32, got 2147483648" } },
    });
    expect(await post("unruly/overrun", { index: 9 })).toMatchObject({
      status: 500,
      body: { error: { code: "UNKNOWN", reason: "KERNEL_TRAP" } },
    });
  });
});

/** The names of proto files in lower camel case, as JSON has them. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  const camel = (name: string): string => name.replace(/_(.)/g, (_all, next: string) => next.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [camel(name), camelCased(item)]));
}

/** The stock library writes all digits of a float, Heddle the fewest that say the same: so does this. */
function shortFloats(value: unknown): unknown {
  if (typeof value === "number") {
    if (Math.fround(value) !== value) return value;
    const shorter = [6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits)));
    return shorter.find((short) => Math.fround(short) === value) ?? value;
  }
  if (Array.isArray(value)) return value.map(shortFloats);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortFloats(item)]));
}

describe.skipIf(grpcurl === undefined)("grpcurl", () => {
  const ask = (...args: string[]) => run(grpcurl ?? "", ["-plaintext", ...args], "");

  it("lists the services and methods", async () => {
    const { stdout } = await ask(cluster.grpc, "list");
    expect(stdout.trim().split("\n")).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "heddle.v1.Cluster",
      "heddle.v1.Fabric",
      "heddle.v1.Kernels",
      "types.TypesService",
      "unruly.UnrulyService",
    ]);
    expect((await ask(cluster.grpc, "list", "types.TypesService")).stdout).toContain(
      "types.TypesService.Negate\n",
    );
  });

  it("shows what the author wrote", async () => {
    const { stdout } = await ask(cluster.grpc, "describe", "types.TypesService.Negate");
    expect(stdout).toContain("// A single number.\nrpc Negate ( .types.NegateRequest ) returns");
    const point = await ask(cluster.grpc, "describe", "types.Point");
    expect(point.stdout).toContain(
      "// A point of the plane.\nmessage Point {\n  // Abscissa.\n  double x = 1;",
    );
  });

  it.each(typeCalls)("gets every type back: $function $#", async ({ path, request, response }) => {
    const args = ["-plaintext", "-emit-defaults", "-d", "@", cluster.grpc, path.slice(1)];
    const { code, stdout, stderr } = await run(grpcurl ?? "", args, JSON.stringify(request));
    expect([code, stderr]).toEqual([0, ""]);
    expect(withoutNulls(JSON.parse(stdout))).toEqual(response);
  });

  it("shows the reason of an error", async () => {
    const { code, stderr } = await ask(
      "-d",
      '{"value":{"byte":300}}',
      cluster.grpc,
      "types.TypesService/Scalars",
    );
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/Code: InvalidArgument[^]*300 is out of range[^]*"reason": "BAD_PAYLOAD"/);
  });
});

const python = prerequisite({
  program: ["python", "python3"],
  folders: [join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "heddle-test", "grpcio", "bin")],
  proof: ["-c", "import grpc, grpc_reflection.v1alpha"],
  advice: ".ci/run prerequisites, or pip install grpcio==1.85.1 grpcio-reflection==1.85.1",
});

describe.skipIf(python === undefined)("grpcio", () => {
  const script = join(repository, "test", "fixtures", "clients", "reflect_and_call.py");

  it("gets every type back, and the reason of an error", async () => {
    const bad = { method: "types.TypesService/Scalars", request: { value: { byte: 300 } } };
    const calls = typeCalls.map(({ path, request }) => ({ method: path.slice(1), request }));
    const { code, stdout, stderr } = await run(
      python ?? "",
      [script, cluster.grpc],
      JSON.stringify([...calls, bad]),
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual([
      ...typeCalls.map(({ response }) => ({ response })),
      { code: "INVALID_ARGUMENT", details: "types.Scalars.byte: 300 is out of range", reason: "BAD_PAYLOAD" },
    ]);
  });
});
