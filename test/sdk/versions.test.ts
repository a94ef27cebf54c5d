/** What a connected client notices of deploys, against a fabric of real processes. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fabric } from "../../src/index.ts";
import { openCluster, type Cluster } from "../support/cluster.ts";
import { collect } from "../support/iteration.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf, stampModule, versionOf, type Stamped } from "../support/versions.ts";

let cluster: Cluster;
/** Deploys; the tests call with another one. */
let author: Fabric;
beforeAll(async () => {
  cluster = await openCluster({ nodes: 1 });
  author = await cluster.connect();
  return () => cluster.stop();
});

beforeEach(async () => {
  await author.admin.remove("stamp").catch(() => {}); // the test before may have left none
  await author.admin.deploy(await stampModule(1));
});

const stamp = (x: unknown, more: object = {}) =>
  cluster.fabric.invoke<Stamped>("stamp/stamp", { x, ...more });

describe("Fabric.invoke", () => {
  it("goes to the version that serves, deploy by deploy", async () => {
    expect(versionOf(await stamp(5), 5)).toBe(1);
    await author.admin.deploy(await stampModule(2));
    expect(versionOf(await stamp(5), 5)).toBe(2);
    await author.admin.rollback("stamp");
    expect(versionOf(await stamp(5), 5)).toBe(1);
  });

  it("knows fields and functions that came while it was connected", async () => {
    await stamp(1);
    await author.admin.deploy(await kernelModule("stamp_wider"));
    expect(await stamp(1, { note: "new" })).toMatchObject({ version: 7, note: "new" });
    expect(await cluster.fabric.invoke("stamp/newer", { x: 1 })).toBe(8);
    await expect(stamp(1, { nothing: 1 })).rejects.toMatchObject({ reason: "BAD_PAYLOAD" });
  });

  it("encodes anew after a breaking deploy, and says what does not fit any more", async () => {
    await stamp(1);
    await author.admin.deploy(await kernelModule("stamp_other"), { breaking: true });
    expect(await stamp("text")).toBe("other text");
    await expect(stamp(1)).rejects.toMatchObject({ reason: "BAD_PAYLOAD" });
    await expect(cluster.fabric.invoke("stamp/toil", { x: 1 })).rejects.toMatchObject({
      reason: "FUNCTION_NOT_FOUND",
    });
    await author.admin.rollback("stamp");
    expect(versionOf(await stamp(1), 1)).toBe(1);
  });

  it("calls a version by its digest for as long as it is kept", async () => {
    const [one, two] = [await stampModule(1), await stampModule(2)];
    await author.admin.deploy(two);
    const digest = digestOf(one);
    expect(versionOf(await cluster.fabric.invoke("stamp/stamp", { x: 3 }, { digest }), 3)).toBe(1);
    expect(versionOf(await stamp(3), 3)).toBe(2);
    await author.admin.deploy(await kernelModule("stamp_other"), { breaking: true });
    expect(versionOf(await cluster.fabric.invoke("stamp/stamp", { x: 4 }, { digest }), 4)).toBe(1);
    const results = cluster.fabric.map<Stamped>("stamp/stamp", [{ x: 1 }, { x: 2 }], { digest });
    expect((await collect(results)).map(({ value }) => value?.version)).toEqual([1, 1]);
    await author.admin.remove("stamp", { digest });
    await expect(cluster.fabric.invoke("stamp/stamp", { x: 4 }, { digest })).rejects.toMatchObject({
      reason: "KERNEL_NOT_FOUND",
    });
    await expect(cluster.fabric.invoke("stamp/stamp", {}, { digest: "ab" })).rejects.toMatchObject({
      reason: "BAD_REQUEST",
      rawMessage: expect.stringContaining('"digest" must be 64 lower-case hex digits') as string,
    });
  });

  it("finds no kernel that was removed, and finds it again", async () => {
    await stamp(1);
    await author.admin.remove("stamp");
    await expect(stamp(1)).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    await author.admin.deploy(await stampModule(3));
    expect(versionOf(await stamp(1), 1)).toBe(3);
  });

  it("goes to a canary with its share of the calls", async () => {
    await author.admin.deploy(await stampModule(2), { canaryPercent: 50 });
    const counts = [0, 0, 0];
    for (let call = 0; call < 200; call++) {
      const version = versionOf(await stamp(call), call);
      counts[version] = (counts[version] ?? 0) + 1;
    }
    expect((counts[1] ?? 0) + (counts[2] ?? 0)).toBe(200);
    for (const version of [1, 2]) expect(counts[version]).toBeGreaterThan(40);
  });
});

describe("Fabric.map", () => {
  it("stays on the version it began with, while others are deployed, rolled back and removed", async () => {
    const released = Promise.withResolvers<void>();
    async function* inputs() {
      for (let x = 0; x < 300; x++) {
        if (x === 100) await released.promise;
        yield { x };
      }
    }
    const run = cluster.fabric.map<Stamped>("stamp/stamp", inputs());
    const versions = new Set<number>();
    let index = 0;
    const take = async (): Promise<boolean> => {
      const { value, done } = await run.next();
      if (done === true) return false;
      if (value.value !== undefined) versions.add(versionOf(value.value, index++));
      return true;
    };
    await take();
    await author.admin.deploy(await stampModule(2));
    await take();
    await author.admin.remove("stamp");
    released.resolve();
    while (await take());
    expect(index).toBe(300);
    expect([...versions]).toEqual([1]);
  });

  it("begins with the version that serves", async () => {
    const versions = async () => {
      const results = await collect(cluster.fabric.map<Stamped>("stamp/stamp", [{ x: 1 }, { x: 2 }]));
      return results.map(({ value }) => value?.version);
    };
    expect(await versions()).toEqual([1, 1]);
    await author.admin.deploy(await kernelModule("stamp_wider"));
    expect(await versions()).toEqual([7, 7]);
  });
});
