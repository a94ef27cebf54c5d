import type protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { buildKernel } from "../../src/compiler/compile.ts";
import { runtimes, splitBuildInput, type Runtime } from "../../src/compiler/build-settings.ts";
import { digestOf } from "../../src/kernel/admission.ts";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { kernelSource } from "../support/kernels.ts";
import { stockTypes } from "./stock-types.ts";

interface Built {
  readonly instance: KernelInstance;
  /** The value of the response, or the reason of the failure. */
  call(name: string, request: object): unknown;
}

async function setup(runtime: Runtime): Promise<Built> {
  const { wasm, schema } = await buildKernel({ file: kernelSource("churn"), manifest: { runtime } });
  const { module, plan, functions } = await loadKernel(wasm, digestOf(wasm));
  const instance = createInstance({ module, plan, functions, sinks: { log: () => {} } });
  const types: protobuf.Root = stockTypes(schema.bytes);
  return {
    instance,
    call(name, value) {
      const method = name.charAt(0).toUpperCase() + name.slice(1);
      const request = types.lookupType(`churn.${method}Request`);
      const response = types.lookupType(`churn.${method}Response`);
      const bytes = request.encode(request.fromObject(value)).finish();
      if (!instance.call(functions.indexOf(name), bytes, 0, bytes.length)) return instance.failure?.reason;
      const { resultAt, resultSize } = instance;
      const result = response.decode(instance.bytes.slice(resultAt, resultAt + resultSize));
      return response.toObject(result)["value"];
    },
  };
}

const chain = Array.from({ length: 300 }, (_, index) => ({
  text: `link ${index}`,
  numbers: [index, 1],
  next: { text: "inner".repeat(1 + (index % 20)), numbers: [index] },
}));
const words = Array.from({ length: 3000 }, (_, index) => `word${index}`);
/** What `churn` adds to its parameters. */
function churned(rounds: number): unknown[] {
  const kept = Array.from({ length: Math.ceil(rounds / 1000) }, (_, index) => {
    const text = `größe${words[(index * 1000) % words.length]}${index * 1000}`;
    return { text, numbers: [text.length], next: {} };
  });
  return [...kept, {}];
}

describe("runtimes", () => {
  it.each(runtimes)("give the same results, %s", async (runtime) => {
    const { call } = await setup(runtime);
    for (let round = 0; round < 3; ++round) {
      const value = call("churn", { rounds: 1500, chain, words, label: "größe" });
      expect(value).toEqual([...chain, ...churned(1500)]);
    }
    expect(call("churn", { rounds: 1, words: ["a"] })).toHaveLength(2);
  });

  it("let a kernel that makes more objects than memory holds finish when they collect", async () => {
    const request = { rounds: 60_000, chain, words, label: "größe" };
    const { call, instance } = await setup("incremental");
    expect(call("churn", request)).toEqual([...chain, ...churned(60_000)]);
    expect(instance.bytes.length).toBeLessThan(2 * 1024 * 1024);
    expect((await setup("stub")).call("churn", request)).toBe("MEMORY_LIMIT");
    expect((await setup("minimal")).call("churn", request)).toBe("MEMORY_LIMIT");
  });

  it("free where the kernel says so when they are minimal, and never its parameters", async () => {
    const request = { rounds: 100, chain, label: "!" };
    const swept = [{ ...chain[0], text: "link 0!" }, ...chain.slice(1)];
    expect((await setup("minimal")).call("sweep", request)).toEqual(swept);
    expect((await setup("minimal")).call("sweep", {})).toBe(undefined); // an empty array
    expect((await setup("incremental")).call("sweep", request)).toEqual(swept);
    expect((await setup("stub")).call("sweep", request)).toBe("MEMORY_LIMIT");
  });

  it.each(runtimes)("end a call that asks for more than there is as MEMORY_LIMIT, %s", async (runtime) => {
    const { call } = await setup(runtime);
    expect(call("ask", { size: 1_000_000 })).toBe(1_000_000);
    expect(call("ask", { size: 3_000_000 })).toBe("MEMORY_LIMIT");
    expect(call("ask", { size: 1_000_000 })).toBe(1_000_000);
  });
});

describe("splitBuildInput", () => {
  it("gives the defaults, and keeps the manifest's keys for the manifest", () => {
    expect(splitBuildInput({ timeLimitMs: 5 })).toEqual({
      settings: {
        runtime: "stub",
        features: [],
        sourceMap: "module",
        memoryInitialBytes: 0,
        deterministic: false,
      },
      manifest: { timeLimitMs: 5 },
    });
  });

  it("takes a feature once", () => {
    const { settings } = splitBuildInput({ features: ["relaxed-simd", "relaxed-simd"] });
    expect(settings.features).toEqual(["relaxed-simd"]);
  });

  it.each<[object, RegExp]>([
    [{ runtime: "full" }, /"runtime" must be one of stub, minimal, incremental, not "full"/],
    [{ runtime: null }, /"runtime" must be one of .*, not null/],
    [{ sourceMap: true }, /"sourceMap" must be one of module, beside, none, not true/],
    [{ deterministic: "yes" }, /"deterministic" must be true or false, not "yes"/],
    [{ deterministic: null }, /"deterministic" must be true or false, not null/],
    [{ deterministic: true, features: ["relaxed-simd"] }, /"deterministic" excludes relaxed-simd/],
    [{ memoryInitialBytes: 1000 }, /"memoryInitialBytes" must be a multiple of 65536, at most \d+, not 1000/],
    [{ memoryInitialBytes: 2 ** 30 }, /"memoryInitialBytes" must be .*at most 16777216, not 1073741824/],
    [{ features: "relaxed-simd" }, /"features" must be an array of names/],
    [{ features: ["threads"] }, /"features" has "threads"; there is relaxed-simd/],
    [{ features: ["simd"] }, /simd is always on/],
    [
      { memoryMax: 1 },
      /unknown key "memoryMax"; known are name, .*memoryMaxBytes, .*runtime, features, sourceMap, memoryInitialBytes, deterministic/,
    ],
    [{ compiler: "mine" }, /unknown key "compiler"/],
  ])("refuses %j", (input, message) => {
    expect(() => splitBuildInput({ ...input })).toThrow(message);
  });
});
