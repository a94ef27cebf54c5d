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
  const modules = new DeployingModules(store);
  const keep = (prepare: () => Promise<void>): Promise<void> =>
    modules.during(digest, bytes, (module) => modules.keep(module, prepare));
  return { folder, store, modules, keep };
}

describe("DeployingModules", () => {
  it("hands a module out while it is written, and from the disk after that", async () => {
    const { modules, keep } = await setup();
    let during: Uint8Array | undefined;
    await keep(async () => {
      during = await modules.get(digest);
    });
    expect(during).toBe(bytes);
    const after = await modules.get(digest);
    expect(after).not.toBe(bytes);
    expect(Buffer.from(after ?? []).equals(bytes)).toBe(true);
  });

  it("is done only when the module is on the disk and all is prepared", async () => {
    const { folder, keep } = await setup();
    const prepared = Promise.withResolvers<void>();
    let done = false;
    const keeping = keep(() => prepared.promise).then(() => (done = true));
    while (!readdirSync(folder).includes(`${digest}.wasm`))
      await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    prepared.resolve();
    await keeping;
  });

  it("fails with the disk, although nodes are at work", async () => {
    const { folder, modules, keep } = await setup();
    rmSync(folder, { recursive: true });
    const never = new Promise<void>(() => {});
    await expect(keep(() => never)).rejects.toMatchObject({ reason: "INTERNAL" });
    expect(await modules.get(digest)).toBeUndefined();
  });

  it("fails with the preparation once the module is on the disk", async () => {
    const { store, keep } = await setup();
    const failing = keep(() => Promise.reject(new Error("no node")));
    await expect(failing).rejects.toThrow("no node");
    expect(await store.has(digest)).toBe(true);
  });

  it("releases a module when it is admitted, and not when it is refused", async () => {
    const { modules } = await setup();
    expect(modules.released(digest)).toBeUndefined();
    const outcomes: unknown[] = [];
    const watch = (): void => {
      modules.released(digest)?.then(
        () => outcomes.push("released"),
        (error: unknown) => outcomes.push(error),
      );
    };
    const refused = modules.during(digest, bytes, async () => {
      watch();
      expect(await modules.get(digest)).toBe(bytes);
      throw new Error("refused");
    });
    await expect(refused).rejects.toThrow("refused");
    await modules.during(digest, bytes, async (module) => {
      watch();
      await modules.keep(module, async () => {});
    });
    expect(outcomes).toMatchObject([{ reason: "KERNEL_NOT_FOUND" }, "released"]);
    expect(modules.released(digest)).toBeUndefined();
  });
});
