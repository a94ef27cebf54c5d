import { readdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DeployingModules } from "../../src/gateway/deploying-modules.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import { digestOf } from "../support/module-bytes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const bytes = Buffer.alloc(5000, 7);
const digest = digestOf(bytes);

async function setup() {
  const folder = temporaryFolder();
  const store = await openModuleStore({ folder });
  return { folder, store, modules: new DeployingModules(store) };
}

describe("DeployingModules", () => {
  it("hands a module out while it is written, and from the disk after that", async () => {
    const { modules } = await setup();
    let during: Uint8Array | undefined;
    await modules.keep(digest, bytes, async () => {
      during = await modules.get(digest);
    });
    expect(during).toBe(bytes);
    const after = await modules.get(digest);
    expect(after).not.toBe(bytes);
    expect(Buffer.from(after ?? []).equals(bytes)).toBe(true);
  });

  it("is done only when the module is on the disk and all is prepared", async () => {
    const { folder, modules } = await setup();
    const prepared = Promise.withResolvers<void>();
    let done = false;
    const keeping = modules.keep(digest, bytes, () => prepared.promise).then(() => (done = true));
    while (!readdirSync(folder).includes(`${digest}.wasm`))
      await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    prepared.resolve();
    await keeping;
  });

  it("fails with the disk, although nodes are at work", async () => {
    const { folder, modules } = await setup();
    rmSync(folder, { recursive: true });
    const never = new Promise<void>(() => {});
    await expect(modules.keep(digest, bytes, () => never)).rejects.toMatchObject({ reason: "INTERNAL" });
    expect(await modules.get(digest)).toBeUndefined();
  });

  it("fails with the preparation once the module is on the disk", async () => {
    const { store, modules } = await setup();
    const failing = modules.keep(digest, bytes, () => Promise.reject(new Error("no node")));
    await expect(failing).rejects.toThrow("no node");
    expect(await store.has(digest)).toBe(true);
  });
});
