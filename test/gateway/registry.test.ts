import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HeddleError } from "../../src/base/error.ts";
import { Registry } from "../../src/gateway/registry.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { kernelModule } from "../support/kernels.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function setup() {
  const store = createMemoryStore();
  await store.start();
  const folder = temporaryFolder();
  const modules = await openModuleStore({ folder });
  const registry = new Registry(store, modules);
  const wasm = await kernelModule("echo");
  const digest = createHash("sha256").update(wasm).digest("hex");
  return { store, modules, folder, registry, wasm, digest };
}

describe("Registry", () => {
  it("points a name at what was deployed", async () => {
    const { registry, wasm, digest } = await setup();
    const { kernel, unchanged } = await registry.deploy(wasm, "", "");
    expect(unchanged).toBe(false);
    expect(kernel).toMatchObject({ name: "echo", digest, size: wasm.length });
    expect([...kernel.functions.keys()]).toEqual(["echo", "say", "sum"]);
    expect(registry.list()).toEqual([kernel]);
    expect(registry.get("echo", "")).toBe(kernel);
    expect(registry.get("echo", digest)).toBe(kernel);
    expect(registry.resolve("echo", "sum", "")).toMatchObject({
      kernel: "echo",
      name: "sum",
      digest,
      pure: true,
    });
    expect(Buffer.from(await registry.module(digest)).equals(wasm)).toBe(true);
  });

  it("gives one object for a function, however often it is deployed and asked for", async () => {
    const { registry, wasm } = await setup();
    await registry.deploy(wasm, "", "");
    const before = registry.resolve("echo", "sum", "");
    expect((await registry.deploy(wasm, "echo", "")).unchanged).toBe(true);
    expect(registry.resolve("echo", "sum", "")).toBe(before);
  });

  it("knows what was deployed in an earlier life", async () => {
    const { registry, store, modules, wasm } = await setup();
    const { kernel } = await registry.deploy(wasm, "", "");
    const later = new Registry(store, modules);
    await later.start((name, error) => expect.unreachable(`${name}: ${error.message}`));
    const { digest, size, deployedAtMs } = kernel;
    expect(later.list()).toMatchObject([{ name: "echo", digest, size, deployedAtMs }]);
  });

  it("leaves out what is damaged, and tells", async () => {
    const { registry, store, modules, folder, wasm, digest } = await setup();
    await registry.deploy(wasm, "", "");
    await store.put("kernels.strange", Buffer.from("{}"), "any");
    await store.put("kernels.garbage", Buffer.from("no JSON"), "any");
    await store.put(
      "kernels.missing",
      Buffer.from(JSON.stringify({ digest: "0".repeat(64), size: 1, deployedAtMs: 1 })),
      "any",
    );
    const file = readdirSync(folder).find((name) => name.includes(digest)) ?? "";
    writeFileSync(join(folder, file), "damaged");
    const told: [string, string][] = [];
    const later = new Registry(store, modules);
    await later.start((name, error: HeddleError) => told.push([name, error.reason]));
    expect(told.toSorted()).toEqual([
      ["echo", "MODULE_CORRUPT"],
      ["garbage", "STORE_CORRUPT"],
      ["missing", "MODULE_CORRUPT"],
      ["strange", "STORE_CORRUPT"],
    ]);
    expect(later.list()).toEqual([]);
    expect(() => later.resolve("echo", "echo", "")).toThrow(
      /^\[DATA_LOSS MODULE_CORRUPT\] kernel "echo" cannot be served: .*deploy it again$/,
    );
    expect(() => later.get("garbage", "")).toThrow("[DATA_LOSS STORE_CORRUPT]");
    await expect(later.rollback("echo", "")).rejects.toMatchObject({ reason: "MODULE_CORRUPT" });
    await expect(later.remove("echo", digest)).rejects.toMatchObject({ reason: "MODULE_CORRUPT" });
    expect(await later.remove("garbage", "")).toEqual([]);
    expect(() => later.get("garbage", "")).toThrow('no kernel "garbage" is deployed');
    expect(await store.get("kernels.garbage")).toBeUndefined();
    expect((await later.deploy(wasm, "", "")).unchanged).toBe(false);
    expect(later.resolve("echo", "echo", "").digest).toBe(digest);
  });

  // Nodes went on being refused the module, since its name already pointed to it.
  it("repairs a damaged module when it is deployed again", async () => {
    const { registry, folder, wasm, digest } = await setup();
    await registry.deploy(wasm, "", "");
    writeFileSync(join(folder, readdirSync(folder).find((name) => name.includes(digest)) ?? ""), "damaged");
    await expect(registry.module(digest)).rejects.toMatchObject({ reason: "MODULE_CORRUPT" });
    expect((await registry.deploy(wasm, "", "")).unchanged).toBe(true);
    expect(Buffer.from(await registry.module(digest)).equals(wasm)).toBe(true);
  });

  it("says what is there when something is asked for that is not", async () => {
    const { registry, wasm, digest } = await setup();
    expect(() => registry.get("echo", "")).toThrow(
      'no kernel "echo" is deployed; no kernel is deployed yet; use heddle deploy',
    );
    await registry.deploy(wasm, "", "");
    expect(() => registry.get("ecco", "")).toThrow(
      '[NOT_FOUND KERNEL_NOT_FOUND] no kernel "ecco" is deployed; deployed are: echo',
    );
    const other = "ab".repeat(32);
    expect(() => registry.get("echo", other)).toThrow(
      `kernel "echo" has no version ${other}; its version is ${digest}`,
    );
    expect(() => registry.resolve("echo", "ecco", "")).toThrow(
      '[NOT_FOUND FUNCTION_NOT_FOUND] kernel "echo" has no function "ecco"; it has: echo, say, sum',
    );
    for (const other of ["0".repeat(64), "x", "../../secret"])
      await expect(registry.module(other)).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
  });

  it("refuses a digest that cannot be one", async () => {
    const { registry, wasm, digest } = await setup();
    await registry.deploy(wasm, "", "");
    for (const wrong of ["ab", digest.slice(1), digest.toUpperCase(), `${digest}0`, "../../secret"]) {
      expect(() => registry.resolve("echo", "sum", wrong)).toThrow(
        `[INVALID_ARGUMENT BAD_REQUEST] digest ${JSON.stringify(wrong)} is not one: it needs 64 lower-case hex digits`,
      );
    }
  });

  it("tells of names that point to something else, those of an earlier life among them", async () => {
    const { registry, store, modules, wasm, digest } = await setup();
    const heard: [string, string | undefined][] = [];
    const end = registry.onChange((name, current) => heard.push([name, current?.digest]));
    await registry.deploy(wasm, "", "");
    await registry.deploy(wasm, "", "");
    expect(heard).toEqual([["echo", digest]]);
    end();
    await registry.deploy(await kernelModule("work"), "", "");
    expect(heard).toHaveLength(1);
    const later = new Registry(store, modules);
    const found: string[] = [];
    later.onChange((name) => found.push(name));
    await later.start((name, error) => expect.unreachable(`${name}: ${error.message}`));
    expect(found).toEqual(["echo", "work"]);
  });

  it("refuses a module and keeps the one before", async () => {
    const { registry, wasm } = await setup();
    const { kernel } = await registry.deploy(wasm, "", "");
    await expect(registry.deploy(wasm, "", "0".repeat(64))).rejects.toMatchObject({
      reason: "DIGEST_MISMATCH",
    });
    await expect(registry.deploy(wasm.subarray(0, 100), "", "")).rejects.toMatchObject({
      reason: "BAD_MODULE",
    });
    await expect(registry.deploy(wasm, "other", "")).rejects.toMatchObject({ reason: "RESERVED_NAME" });
    await expect(registry.deploy(wasm, "grpc", "")).rejects.toMatchObject({ reason: "RESERVED_NAME" });
    expect(registry.list()).toEqual([kernel]);
  });
});
