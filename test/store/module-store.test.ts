import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import { openModuleStore, type ModuleStoreOptions } from "../../src/store/module-store.ts";
import { startChild } from "../support/child.ts";
import { next } from "../support/iteration.ts";
import { digestOf, makeModule } from "../support/module-bytes.ts";
import { testSeed } from "../support/seed.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A store whose clock moves by a second with every reading. */
async function setup(options: Partial<ModuleStoreOptions> = {}) {
  const folder = join(temporaryFolder(), "modules");
  let nowMs = 1_000_000;
  const clock = { now: () => (nowMs += 1000) };
  const store = await openModuleStore({ folder, clock, ...options });
  const files = (): string[] => readdirSync(folder).toSorted();
  return { folder, store, files };
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe("openModuleStore", () => {
  it("makes its folder for the owner only, and the files in it", async () => {
    const { folder, store, files } = await setup();
    await store.put(makeModule(1).bytes);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(files().map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
  });

  it("stages a module without keeping it", async () => {
    const { store, folder } = await setup();
    const { bytes, digest } = makeModule(1);
    const staged = await store.stage(bytes);
    expect([staged.digest, await store.has(digest), readdirSync(folder).length]).toEqual([digest, false, 1]);
    await staged.discard();
    expect(readdirSync(folder)).toEqual([]);
    await (await store.stage(bytes)).keep();
    expect(readdirSync(folder)).toEqual([`${digest}.wasm`]);
    expect(Buffer.from((await store.get(digest)) ?? []).equals(bytes)).toBe(true);
  });

  it("says where a module can be read that it has staged, before and after it is kept", async () => {
    const { store, folder } = await setup();
    const { bytes, digest } = makeModule(1);
    let told: readonly string[] = [];
    const staged = await store.stage(bytes, digest, (paths) => (told = paths));
    const contents = () =>
      told.map((path) => (existsSync(path) ? readFileSync(path).equals(bytes) : "not there"));
    expect(contents()).toEqual([true, "not there"]);
    await staged.keep();
    expect(contents()).toEqual(["not there", true]);
    expect(told[1]).toBe(join(folder, `${digest}.wasm`));
  });

  it("links a module of somebody else, who may remove it", async () => {
    const { store, folder } = await setup({ maxBytes: 2500 });
    const other = await setup();
    const modules = [1, 2, 3].map((number) => makeModule(number));
    for (const { bytes, digest } of modules) {
      await other.store.put(bytes);
      const path = join(other.folder, `${digest}.wasm`);
      expect(await store.link(path, bytes.length, digest)).toBe(true);
      await other.store.delete(digest);
    }
    const kept = await store.list();
    expect(kept.map(({ digest }) => digest)).toEqual(modules.slice(1).map(({ digest }) => digest));
    const [{ digest }] = modules as [Made];
    expect(await store.link(join(folder, "missing"), 1, digest)).toBe(false);
    expect(await store.has(digest)).toBe(false);
  });

  it("keeps modules in a cache as well", async () => {
    const { store } = await setup({ isCache: true });
    const { bytes, digest } = makeModule(1);
    expect(await store.put(bytes)).toBe(digest);
    expect(Buffer.from((await store.get(digest)) ?? []).equals(bytes)).toBe(true);
  });

  it("sweeps away what a crashed writer left, but not what may still be at work", async () => {
    const { folder, files } = await setup();
    const nowMs = 10 * limits.temporaryFileMaxAgeMs;
    for (const [name, ageMs] of [
      ["tmp-old", limits.temporaryFileMaxAgeMs + 1],
      ["tmp-young", limits.temporaryFileMaxAgeMs - 1],
    ] as const) {
      writeFileSync(join(folder, name), "half a module");
      utimesSync(join(folder, name), (nowMs - ageMs) / 1000, (nowMs - ageMs) / 1000);
    }
    await openModuleStore({ folder, clock: { now: () => nowMs } });
    expect(files()).toEqual(["tmp-young"]);
  });

  it("says which folder it cannot make", async () => {
    const folder = join(temporaryFolder(), "file");
    writeFileSync(folder, "");
    await expect(openModuleStore({ folder })).rejects.toMatchObject({
      reason: "INTERNAL",
      rawMessage: expect.stringContaining(folder),
    });
  });
});

type Made = ReturnType<typeof makeModule>;

describe("ModuleStore", () => {
  it("gives back what was put, and nothing for what was not", async () => {
    const { folder, store } = await setup();
    const { bytes, digest } = makeModule(1);
    expect(await store.get(digest)).toBeUndefined();
    expect(await store.has(digest)).toBe(false);
    expect(await store.put(bytes)).toBe(digest);
    expect(await store.get(digest)).toEqual(bytes);
    expect(await store.has(digest)).toBe(true);
    const again = await openModuleStore({ folder });
    expect(await again.get(digest)).toEqual(bytes);
  });

  it.each([0, 1, 1024 * 1024, 1024 * 1024 + 1])("takes %d bytes whole or in pieces", async (size) => {
    const { store, files } = await setup();
    const { bytes, digest } = makeModule(3, size);
    expect(await store.put(bytes)).toBe(digest);
    expect(await store.put(inPieces(bytes, 300_000))).toBe(digest);
    expect(Buffer.compare((await store.get(digest)) ?? new Uint8Array(9), bytes)).toBe(0);
    expect(files()).toEqual([`${digest}.wasm`]);
  });

  it("lists modules by last use and deletes them once", async () => {
    const { folder, store } = await setup();
    const [a, b, c] = [makeModule(1), makeModule(2, 500), makeModule(3)];
    for (const { bytes } of [a, b, c]) await store.put(bytes);
    await store.get(a.digest);
    writeFileSync(join(folder, "README"), "not a module");
    expect((await store.list()).map(({ digest, size }) => [digest, size])).toEqual([
      [b.digest, 500],
      [c.digest, 1000],
      [a.digest, 1000],
    ]);
    expect(await store.delete(b.digest)).toBe(true);
    expect(await store.delete(b.digest)).toBe(false);
    expect(await store.list()).toHaveLength(2);
  });

  it("refuses any single flipped bit with MODULE_CORRUPT, and is repaired by another put", async () => {
    const random = createSeededRandom(testSeed);
    const { folder, store } = await setup();
    const { bytes, digest } = makeModule(1, 200);
    await store.put(bytes);
    const path = join(folder, `${digest}.wasm`);
    for (let round = 0; round < 100; round++) {
      const bit = Math.floor(random.next() * bytes.length * 8);
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, damaged);
      await expect(store.get(digest), `bit ${bit}, HEDDLE_SEED=${testSeed}`).rejects.toMatchObject({
        reason: "MODULE_CORRUPT",
        rawMessage: expect.stringContaining(path),
      });
    }
    await store.put(bytes);
    expect(await store.get(digest)).toEqual(bytes);
  });

  it.each([
    ["truncated", (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ["longer", (bytes: Uint8Array) => Buffer.concat([bytes, Uint8Array.of(0)])],
    ["empty", () => new Uint8Array(0)],
    ["absurdly large", () => new Uint8Array(limits.moduleMaxBytes + 1)],
  ])("refuses a %s file with MODULE_CORRUPT", async (_, damage) => {
    const { folder, store } = await setup();
    const { bytes, digest } = makeModule(1);
    await store.put(bytes);
    writeFileSync(join(folder, `${digest}.wasm`), damage(bytes));
    await expect(store.get(digest)).rejects.toMatchObject({ reason: "MODULE_CORRUPT", code: 15 });
  });

  it("refuses a module above the limit and leaves nothing of it", async () => {
    const { store, files } = await setup();
    const tooLarge = new Uint8Array(limits.moduleMaxBytes + 1);
    await expect(store.put(tooLarge)).rejects.toMatchObject({ reason: "MODULE_TOO_LARGE" });
    await expect(store.put(inPieces(tooLarge, 5_000_000))).rejects.toMatchObject({
      reason: "MODULE_TOO_LARGE",
    });
    expect(files()).toEqual([]);
  });

  it("leaves nothing of an upload that breaks off", async () => {
    const { store, files } = await setup();
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield makeModule(1).bytes;
      throw new Error("the client went away");
    }
    await expect(store.put(breaking())).rejects.toThrow("the client went away");
    expect(files()).toEqual([]);
  });

  it("leaves nothing of a module that cannot get its name", async () => {
    const { folder, store, files } = await setup();
    const { bytes, digest } = makeModule(1);
    mkdirSync(join(folder, `${digest}.wasm`)); // a folder in the way: the rename fails
    await expect(store.put(bytes)).rejects.toMatchObject({ reason: "INTERNAL" });
    expect(files()).toEqual([`${digest}.wasm`]);
  });

  it("takes the same module from several writers at once", async () => {
    const { store, files } = await setup();
    const { bytes, digest } = makeModule(1, 100_000);
    expect(new Set(await Promise.all(Array.from({ length: 10 }, () => store.put(bytes))))).toEqual(
      new Set([digest]),
    );
    expect(await store.get(digest)).toEqual(bytes);
    expect(files()).toHaveLength(1);
  });

  it("removes the least recently used above its bound", async () => {
    const { store } = await setup({ maxBytes: 3000 });
    const modules = [1, 2, 3, 4].map((number) => makeModule(number));
    const digests = modules.map(({ digest }) => digest);
    for (const { bytes } of modules.slice(0, 3)) await store.put(bytes);
    await store.get(digests[0] ?? digestOf(new Uint8Array(0)));
    for (const { bytes } of modules.slice(3)) await store.put(bytes);
    expect((await store.list()).map(({ digest }) => digest)).toEqual([digests[2], digests[0], digests[3]]);
  });

  it("keeps what is in use, and not what does not fit beside it", async () => {
    const { store, folder } = await setup({ maxBytes: 2500 });
    const [used, other, late] = [1, 2, 3].map((number) => makeModule(number)) as [Made, Made, Made];
    for (const { bytes } of [used, other]) await store.put(bytes);
    const inUse = new Set([used.digest]);
    await store.put(late.bytes, (digest) => inUse.has(digest));
    const kept = async () => (await store.list()).map(({ digest }) => digest).toSorted();
    expect(await kept()).toEqual([used.digest, late.digest].toSorted());
    inUse.add(late.digest);
    await store.put(other.bytes, (digest) => inUse.has(digest));
    expect(await kept()).toEqual([used.digest, late.digest].toSorted());
    await store.put(makeModule(5, 10_000).bytes);
    expect(await kept()).toEqual([]);
    for (const { bytes } of [used, other]) await store.put(bytes);
    await openModuleStore({ folder, maxBytes: 1500 });
    expect(await kept()).toHaveLength(1);
  });

  it("stays whole under two processes that put, get, delete and evict in one folder", async () => {
    const { folder, store, files } = await setup();
    const children = [0, 1].map((index) =>
      startChild("module-worker", folder, "8000", `${testSeed + index}`, "150"),
    );
    for (const child of children) {
      expect(await next(child.lines), `HEDDLE_SEED=${testSeed}`).toMatch(/^150 \d+$/);
      await child.closed;
    }
    const kept = await store.list();
    expect(files()).toHaveLength(kept.length); // no temporary file is left
    expect(kept.length).toBeLessThanOrEqual(8);
    for (const { digest } of kept)
      expect(digestOf(readFileSync(join(folder, `${digest}.wasm`)))).toBe(digest);
  });

  it.skipIf(process.getuid?.() === 0)("tells what the disk refuses", async () => {
    const { folder, store } = await setup();
    chmodSync(folder, 0o500);
    await expect(store.put(makeModule(1).bytes)).rejects.toMatchObject({ reason: "INTERNAL" });
  });
});
