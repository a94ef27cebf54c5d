import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { moduleDigest, ModuleCache } from "../../src/executor/module-cache.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { emptyFunction, noBytes } from "../../src/wire/frame.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf } from "../support/module-bytes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await kernelModule("echo");
});

async function setup(fetch: () => Promise<Uint8Array> = () => Promise.resolve(wasm), maxBytes = Infinity) {
  const folder = temporaryFolder();
  const store = await openModuleStore({ folder, maxBytes });
  const seen = {
    now: 0,
    fetched: 0,
    peers: [] as readonly string[],
    prepared: 0,
    failPrepare: false,
    offered: [] as string[],
    forgotten: [] as string[],
    notKept: [] as string[],
  };
  const cache = new ModuleCache({
    store,
    clock: { now: () => seen.now },
    fetch: (_, peers) => {
      seen.fetched++;
      seen.peers = peers;
      return fetch().then((bytes) => ({ bytes, facts: undefined, path: undefined }));
    },
    prepare: () => {
      seen.prepared++;
      return seen.failPrepare
        ? Promise.reject(new HeddleError("MEMORY_LIMIT", "no memory"))
        : Promise.resolve();
    },
    offer: (kernel) => seen.offered.push(kernel.digest),
    forget: (kernel) => seen.forgotten.push(kernel.digest),
    notKept: (_, { reason }) => seen.notKept.push(reason),
  });
  return { folder, store, cache, seen, digest: digestOf(wasm) };
}

describe("ModuleCache", () => {
  it("fetches, keeps and compiles a module once, however many wait for it", async () => {
    const { cache, store, seen, digest } = await setup();
    expect(cache.ready(digest)).toBeUndefined();
    const [first, second] = await Promise.all([cache.load(digest, []), cache.load(digest, [])]);
    expect(second).toBe(first);
    expect(cache.ready(digest)).toBe(first);
    expect(seen).toMatchObject({ fetched: 1, prepared: 1 });
    expect(await store.has(digestOf(wasm))).toBe(true);
  });

  it("links the file that a module was read from, and copies it where it cannot", async () => {
    const there = join(temporaryFolder(), "module");
    writeFileSync(there, wasm);
    for (const path of [there, "/nowhere"]) {
      const folder = temporaryFolder();
      const store = await openModuleStore({ folder });
      const cache = new ModuleCache({
        store,
        clock: { now: () => 0 },
        fetch: (_, __, early) => {
          early(wasm);
          return Promise.resolve({ bytes: wasm, facts: undefined, path });
        },
        prepare: () => Promise.resolve(),
        offer: () => {},
        forget: () => {},
        notKept: () => {},
      });
      const digest = digestOf(wasm);
      expect(await cache.load(digest, [])).toBe(cache.ready(digest));
      const [name = ""] = readdirSync(folder);
      expect(statSync(join(folder, name)).ino === statSync(there).ino).toBe(path === there);
      expect(Buffer.from((await store.get(digest)) ?? []).equals(wasm)).toBe(true);
    }
  });

  it("takes what is on the disk", async () => {
    const { cache, store, seen, digest } = await setup();
    await store.put(wasm);
    await cache.load(digest, []);
    expect(seen.fetched).toBe(0);
  });

  it("fetches again what is damaged on the disk", async () => {
    const { cache, store, folder, seen, digest } = await setup();
    await store.put(wasm);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "damaged");
    await cache.load(digest, []);
    expect(seen.fetched).toBe(1);
    expect(Buffer.from((await store.get(digestOf(wasm))) ?? noBytes).equals(wasm)).toBe(true);
  });

  it("tries anew after a failure", async () => {
    let fails = true;
    const refused = new HeddleError("KERNEL_NOT_FOUND", "no such module");
    const { cache, seen, digest } = await setup(() =>
      fails ? Promise.reject(refused) : Promise.resolve(wasm),
    );
    await expect(cache.load(digest, [])).rejects.toBe(refused);
    expect(cache.ready(digest)).toBeUndefined();
    fails = false;
    seen.failPrepare = true;
    await expect(cache.load(digest, [])).rejects.toMatchObject({ reason: "MEMORY_LIMIT" });
    expect(cache.ready(digest)).toBeUndefined();
    seen.failPrepare = false;
    expect(cache.ready(digest)).toBeUndefined();
    await cache.load(digest, []);
    expect(cache.ready(digest)).toBeDefined();
  });

  it("gives a module its form for short calls when it has been loaded for a while, unless it has gone", async () => {
    const { cache, seen, digest } = await setup();
    const kernel = await cache.load(digest, []);
    expect(kernel.watched).toBeUndefined();
    while (seen.offered.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect([seen.offered, kernel.watched?.plan.watch]).toEqual([[digest], expect.anything()]);
    seen.now = limits.moduleIdleMs;
    cache.sweep();
    const again = await cache.load(digest, []);
    seen.now *= 2;
    cache.sweep();
    const last = await cache.load(digest, []);
    while (seen.offered.length === 1) await new Promise((resolve) => setTimeout(resolve, 1));
    expect([again.watched, last.watched]).toEqual([undefined, expect.anything()]);
  });

  it("asks the peers it was told of", async () => {
    const { cache, seen, digest } = await setup();
    await cache.load(digest, ["one:1", "two:2"]);
    expect(seen.peers).toEqual(["one:1", "two:2"]);
  });

  it("gives peers what it has on disk or what is on its way, and nothing it cannot get", async () => {
    const coming = Promise.withResolvers<Uint8Array>();
    const { cache, digest, folder } = await setup(() => coming.promise);
    expect(await cache.bytes(digest)).toBeUndefined();
    const loading = cache.load(digest, []);
    const asked = cache.bytes(digest);
    coming.resolve(wasm);
    expect(await asked).toEqual(wasm);
    await loading;
    expect(Buffer.from((await cache.bytes(digest)) ?? noBytes).equals(wasm)).toBe(true);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "damaged");
    expect(await cache.bytes(digest)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("tells a peer that waits that the module could not be had", async () => {
    const coming = Promise.withResolvers<Uint8Array>();
    const { cache, seen, digest } = await setup(() => coming.promise);
    const loading = cache.load(digest, []);
    const asked = cache.bytes(digest);
    while (seen.fetched === 0) await new Promise((resolve) => setImmediate(resolve));
    coming.reject(new HeddleError("MODULE_UNAVAILABLE", "nobody has it"));
    await expect(loading).rejects.toMatchObject({ reason: "MODULE_UNAVAILABLE" });
    expect(await asked).toBeUndefined();
  });

  it("lets go of what was not called for long, and not of the rest", async () => {
    const work = await kernelModule("work");
    const { cache, store, seen, digest } = await setup();
    await store.put(work);
    await cache.load(digest, []);
    await cache.load(digestOf(work), []);
    seen.now = limits.moduleIdleMs - 1;
    expect(cache.ready(digestOf(work))).toBeDefined();
    cache.sweep();
    expect(cache.size).toBe(2);
    seen.now = limits.moduleIdleMs;
    cache.sweep();
    expect([cache.size, seen.forgotten]).toEqual([1, [digest]]);
    expect(cache.ready(digest)).toBeUndefined();
    await cache.load(digest, []);
    expect([cache.size, seen.fetched]).toEqual([2, 1]);
  });

  it("keeps so many modules compiled, those that were called last", async () => {
    const { cache, store, seen } = await setup();
    const digests = [];
    for (let index = 0; index < limits.moduleCacheEntries + 2; index++) {
      const digest = await store.put(Buffer.concat([wasm, customSection(index)]));
      digests.push(digest);
      await cache.load(digest, []);
      cache.ready(digests[0] ?? digest);
    }
    expect(cache.size).toBe(limits.moduleCacheEntries);
    expect(seen.forgotten).toEqual(digests.slice(1, 3));
  });

  it("runs what the disk does not take", async () => {
    const { cache, folder, seen, digest } = await setup();
    rmSync(folder, { recursive: true });
    await cache.load(digest, []);
    expect(cache.ready(digest)).toBeDefined();
    expect(seen.notKept).toEqual(["INTERNAL"]);
  });

  it("is done with the disk before it tells of a module that it could not compile", async () => {
    const broken = Buffer.from("no module");
    const { cache, store } = await setup(() => Promise.resolve(broken));
    await expect(cache.load(digestOf(broken), [])).rejects.toMatchObject({ reason: "BAD_MODULE" });
    expect(await store.has(digestOf(broken))).toBe(true);
  });

  it("does not push modules that are in use off the disk", async () => {
    const work = await kernelModule("work");
    const { cache, store, digest } = await setup(() => Promise.resolve(wasm), wasm.length + work.length - 1);
    await store.put(work);
    await cache.load(digestOf(work), []);
    await cache.load(digest, []);
    expect((await store.list()).map((module) => module.digest)).toEqual([digestOf(work)]);
    expect(cache.ready(digest)).toBeDefined();
  });
});

/** A custom section that makes a module another one. */
function customSection(index: number): Uint8Array {
  return Uint8Array.of(0, 4, 1, 0x78, index & 0xff, index >> 8);
}

describe("moduleDigest", () => {
  it("refuses a function without a digest", () => {
    for (const digest of ["", "ab"])
      expect(() => moduleDigest({ ...emptyFunction, digest: Buffer.from(digest, "hex") })).toThrow(
        /came without a digest/,
      );
  });
});
