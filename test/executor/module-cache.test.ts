import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { ModuleCache } from "../../src/executor/module-cache.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { emptyFunction, noBytes, type FunctionFrame } from "../../src/wire/frame.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf } from "../support/module-bytes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await kernelModule("echo");
});

function entryOf(digest: string): FunctionFrame {
  const names = { kernel: "echo", function: "echo" };
  return {
    ...emptyFunction,
    ...names,
    number: 1,
    digest: Buffer.from(digest, "hex"),
    timeLimitMs: 1000,
    memoryMaxBytes: 1 << 26,
  };
}

async function setup(fetch: () => Promise<Uint8Array> = () => Promise.resolve(wasm)) {
  const folder = temporaryFolder();
  const store = await openModuleStore({ folder });
  const seen = { fetched: 0, prepared: 0, failPrepare: false };
  const cache = new ModuleCache(
    store,
    () => {
      seen.fetched++;
      return fetch();
    },
    () => {
      seen.prepared++;
      return seen.failPrepare
        ? Promise.reject(new HeddleError("MEMORY_LIMIT", "no memory"))
        : Promise.resolve();
    },
  );
  return { folder, store, cache, seen, entry: entryOf(digestOf(wasm)) };
}

describe("ModuleCache", () => {
  it("fetches, keeps and compiles a module once, however many wait for it", async () => {
    const { cache, store, seen, entry } = await setup();
    expect(cache.ready(entry)).toBeUndefined();
    const [first, second] = await Promise.all([cache.load(entry), cache.load(entry)]);
    expect(second).toBe(first);
    expect(cache.ready(entry)).toBe(first);
    expect(seen).toMatchObject({ fetched: 1, prepared: 1 });
    expect(await store.has(digestOf(wasm))).toBe(true);
  });

  it("takes what is on the disk", async () => {
    const { cache, store, seen, entry } = await setup();
    await store.put(wasm);
    await cache.load(entry);
    expect(seen.fetched).toBe(0);
  });

  it("fetches again what is damaged on the disk", async () => {
    const { cache, store, folder, seen, entry } = await setup();
    await store.put(wasm);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "damaged");
    await cache.load(entry);
    expect(seen.fetched).toBe(1);
    expect(Buffer.from((await store.get(digestOf(wasm))) ?? noBytes).equals(wasm)).toBe(true);
  });

  it("tries anew after a failure", async () => {
    let fails = true;
    const refused = new HeddleError("KERNEL_NOT_FOUND", "no such module");
    const { cache, seen, entry } = await setup(() =>
      fails ? Promise.reject(refused) : Promise.resolve(wasm),
    );
    await expect(cache.load(entry)).rejects.toBe(refused);
    expect(cache.ready(entry)).toBeUndefined();
    fails = false;
    seen.failPrepare = true;
    await expect(cache.load(entry)).rejects.toMatchObject({ reason: "MEMORY_LIMIT" });
    expect(cache.ready(entry)).toBeUndefined();
    seen.failPrepare = false;
    expect(cache.ready(entry)).toBeUndefined();
    await cache.load(entry);
    expect(cache.ready(entry)).toBeDefined();
  });

  it("refuses a function without a digest", async () => {
    const { cache } = await setup();
    for (const digest of ["", "ab"])
      await expect(cache.load(entryOf(digest))).rejects.toMatchObject({ reason: "PROTOCOL" });
  });
});
