/** Bad input gets a fitting status and a sentence that helps, at whichever part of the fabric notices it. */
import { beforeAll, describe, expect, it } from "vitest";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { failureOf, keepCalling } from "../support/good-calls.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 2, workers: 1, kernels: ["work"] });
  return () => cluster.stop();
});

const mebibyte = 1024 * 1024;

describe("a call", () => {
  it.each([
    [
      "of an unknown kernel",
      "werk/add",
      {},
      "NOT_FOUND KERNEL_NOT_FOUND",
      'no kernel "werk" is deployed; deployed are: work',
    ],
    [
      "of an unknown function",
      "work/ad",
      {},
      "NOT_FOUND FUNCTION_NOT_FOUND",
      'kernel "work" has no function "ad"; it has: add, mix, count, fill, measure',
    ],
    [
      "without a function",
      "work",
      {},
      "INVALID_ARGUMENT BAD_REQUEST",
      'a function is named "kernel/function", not "work"',
    ],
    [
      "with an unknown field",
      "work/add",
      { a: 1, c: 2 },
      "INVALID_ARGUMENT BAD_PAYLOAD",
      'work.AddRequest: unknown field "c"; it has: a, b',
    ],
    [
      "with a wrong type",
      "work/add",
      { a: "one" },
      "INVALID_ARGUMENT BAD_PAYLOAD",
      'work.AddRequest.a: expected a number, got "one"',
    ],
    [
      "with a value out of range",
      "work/mix",
      { seed: -1 },
      "INVALID_ARGUMENT BAD_PAYLOAD",
      "work.MixRequest.seed: expected a uint32, got -1",
    ],
    [
      "with more bytes than the fabric carries",
      "work/measure",
      { data: new Uint8Array(65 * mebibyte) },
      "RESOURCE_EXHAUSTED PAYLOAD_TOO_LARGE",
      "limit is 67108864 bytes",
    ],
    [
      "with more bytes than the kernel takes",
      "work/measure",
      { data: new Uint8Array(17 * mebibyte) },
      "RESOURCE_EXHAUSTED PAYLOAD_TOO_LARGE",
      "the limit of this kernel is 16777216",
    ],
    [
      "with a result that does not fit the kernel's memory",
      "work/fill",
      { size: 64 * mebibyte, value: 1 },
      "RESOURCE_EXHAUSTED MEMORY_LIMIT",
      "memory maximum",
    ],
  ])("%s fails, and every other call goes on", async (_what, fn, input, expected, text) => {
    await keepCalling(cluster.fabric);
    const { codeAndReason, said } = await failureOf(cluster.fabric.invoke(fn, input));
    expect(codeAndReason).toBe(expected);
    expect(said).toContain(text);
  });

  it("with a large payload either way is served beside small ones", async () => {
    await keepCalling(cluster.fabric);
    const data = new Uint8Array(8 * mebibyte);
    expect(await cluster.fabric.invoke("work/measure", { data })).toBe(data.length);
    const filled = await cluster.fabric.invoke<Uint8Array>("work/fill", { size: data.length, value: 7 });
    expect(filled.length).toBe(data.length);
    expect(filled.every((byte) => byte === 7)).toBe(true);
  });
});

describe("a deploy", () => {
  it.each([
    ["of nothing", new Uint8Array(0)],
    ["of bytes that are no module", new TextEncoder().encode("no module")],
  ])("%s is refused, and what is deployed goes on", async (_what, wasm) => {
    await keepCalling(cluster.fabric);
    const { codeAndReason } = await failureOf(cluster.fabric.admin.deploy(wasm));
    expect(codeAndReason).toBe("INVALID_ARGUMENT BAD_MODULE");
    expect((await cluster.fabric.admin.kernels()).map(({ name }) => name)).toEqual(["work"]);
  });
});

describe("a map", () => {
  it("over nothing gives nothing", async () => {
    const results = cluster.fabric.map("work/add", []);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("over one input gives one result", async () => {
    const results = cluster.fabric.map("work/add", [{ a: 1, b: 2 }]);
    expect(await results.next()).toEqual({ done: false, value: { index: 0, value: 3 } });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("of an unknown function fails with its first result", async () => {
    await expect(cluster.fabric.map("work/ad", [{}]).next()).rejects.toMatchObject({
      reason: "FUNCTION_NOT_FOUND",
    });
  });
});
