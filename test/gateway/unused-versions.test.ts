import { describe, expect, it } from "vitest";
import { toKernelDigest } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import type { KernelRecord } from "../../src/gateway/kernel-record.ts";
import { Registry } from "../../src/gateway/registry.ts";
import { UnusedVersions } from "../../src/gateway/unused-versions.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { digestOf, stampModule } from "../support/versions.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function setup() {
  const store = createMemoryStore();
  await store.start();
  const modules = await openModuleStore({ folder: temporaryFolder() });
  const clock = { time: 1_000_000, now: () => clock.time };
  const registry = new Registry(store, modules, { clock });
  const [one, two] = [await stampModule(1), await stampModule(2)];
  const running = new Set<string>();
  /** What is gone after a while. */
  const sweepAfter = async (ms: number, swept = registry) => {
    clock.time += ms;
    return (await swept.sweep((digest) => running.has(digest))).map((record) => record.digest as string);
  };
  const onDisk = async () => (await modules.list()).map(({ digest }) => digest as string).toSorted();
  return { store, modules, clock, registry, one, two, running, sweepAfter, onDisk };
}

const grace = limits.versionGraceMs;

describe("Registry.sweep", () => {
  it("removes what no route names, after a grace time, and nothing else", async () => {
    const { registry, one, two, sweepAfter, onDisk } = await setup();
    await registry.deploy(one, "", "");
    await registry.deploy(two, "", "");
    expect(await sweepAfter(10 * grace)).toEqual([]);
    await registry.remove("stamp", digestOf(one));
    expect(await sweepAfter(grace - 1)).toEqual([]);
    expect(await onDisk()).toEqual([digestOf(one), digestOf(two)].toSorted());
    expect(await sweepAfter(1)).toEqual([digestOf(one)]);
    expect(await onDisk()).toEqual([digestOf(two)]);
    await registry.remove("stamp", "");
    expect(await sweepAfter(grace)).toEqual([digestOf(two)]);
    expect(await onDisk()).toEqual([]);
  });

  it("keeps what still runs", async () => {
    const { registry, one, running, sweepAfter, onDisk } = await setup();
    await registry.deploy(one, "", "");
    running.add(digestOf(one));
    await registry.remove("stamp", "");
    expect(await sweepAfter(10 * grace)).toEqual([]);
    expect(await onDisk()).toEqual([digestOf(one)]);
    running.clear();
    expect(await sweepAfter(0)).toEqual([digestOf(one)]);
  });

  it("finds a version again that is deployed within its grace time", async () => {
    const { registry, one, sweepAfter, onDisk } = await setup();
    await registry.deploy(one, "", "");
    const before = registry.resolve("stamp", "stamp", "");
    await registry.remove("stamp", "");
    await registry.deploy(one, "", "");
    expect(registry.resolve("stamp", "stamp", "")).toBe(before);
    expect(await sweepAfter(10 * grace)).toEqual([]);
    expect(await onDisk()).toEqual([digestOf(one)]);
  });

  it("removes what a failed deploy left, and modules of an earlier life that belong to nothing", async () => {
    const { registry, store, modules, clock, one, two, sweepAfter, onDisk } = await setup();
    await registry.deploy(one, "", "");
    const prepare = () => Promise.reject(new Error("no"));
    await expect(registry.deploy(two, "", "", { prepare })).rejects.toThrow("no");
    expect(await sweepAfter(grace)).toEqual([digestOf(two)]);
    await modules.put(two);
    const later = new Registry(store, modules, { clock });
    await later.start((name, error) => expect.unreachable(`${name}: ${error.message}`));
    expect(await onDisk()).toHaveLength(2);
    expect(await sweepAfter(grace, later)).toEqual([]);
    expect(await onDisk()).toEqual([digestOf(one)]);
  });

  it("does not remove a module that is being deployed", async () => {
    const { registry, one, two, sweepAfter, onDisk } = await setup();
    await registry.deploy(one, "", "");
    await registry.deploy(two, "", "");
    await registry.remove("stamp", digestOf(one));
    const preparing = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const prepare = () => {
      asked.resolve();
      return preparing.promise;
    };
    const deploying = registry.deploy(one, "", "", { prepare });
    await asked.promise;
    await sweepAfter(grace);
    preparing.resolve();
    await deploying;
    expect(await onDisk()).toContain(digestOf(one));
    expect(registry.get("stamp", "").digest).toBe(digestOf(one));
  });
});

describe("UnusedVersions", () => {
  it("holds a bounded number, however fast they come, but for those that run", async () => {
    const { modules } = await setup();
    const unused = new UnusedVersions(modules, { now: () => 0 });
    const digests = Array.from({ length: limits.unusedVersionsMax + 5 }, (_, index) => {
      const digest = toKernelDigest(index.toString(16).padStart(64, "0"));
      if (digest === undefined) throw new Error("64 hex digits are a digest");
      return digest;
    });
    for (const digest of digests) unused.add({ name: "k", digest } as KernelRecord); // no more is looked at
    const swept = await unused.sweep(
      (digest) => digest === digests[0],
      () => false,
    );
    expect(swept.map(({ digest }) => digest)).toEqual(digests.slice(1, 5));
    expect(unused.find("k", digests[0] ?? "")).toBeDefined();
    expect(unused.find("k", digests[1] ?? "")).toBeUndefined();
  });
});
