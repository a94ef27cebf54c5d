/** Versions and routes through the services of a real gateway, with scripted nodes. */
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { Registry } from "../../src/gateway/registry.ts";
import { deleteKernel, deployKernel, getKernel, listKernels, routeKernel } from "../../src/rpc/clients.ts";
import type { DeployHeader } from "../../src/rpc/generated/heddle/v1/DeployHeader.ts";
import type { Kernel__Output } from "../../src/rpc/generated/heddle/v1/Kernel.ts";
import type { RouteRequest } from "../../src/rpc/generated/heddle/v1/RouteRequest.ts";
import { startGateway } from "../support/gateway-process.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf, stampModule } from "../support/versions.ts";

async function setup() {
  const running = await startGateway();
  const { client } = running;
  const deploy = (wasm: Uint8Array, header: DeployHeader = {}) =>
    deployKernel(client, [{ header: { size: wasm.length, ...header } }, { data: Buffer.from(wasm) }]);
  const route = async (change: RouteRequest) =>
    (await routeKernel(client, { name: "stamp", ...change })).kernel;
  const get = async () => (await getKernel(client, { name: "stamp" })).kernel;
  const modules = await Promise.all([1, 2, 3].map(stampModule));
  const [one = Buffer.alloc(0), two = Buffer.alloc(0), three = Buffer.alloc(0)] = modules;
  return { ...running, deploy, route, get, one, two, three };
}

/** Shares of the calls by digest. */
function traffic(kernel: Kernel__Output | null): Record<string, number> {
  return Object.fromEntries((kernel?.versions ?? []).map(({ digest, percent }) => [digest, percent]));
}

describe("Kernels.Deploy of another version", () => {
  it("lets it serve and keeps the one before", async () => {
    const { deploy, one, two, client } = await setup();
    await deploy(one);
    const { kernel, unchanged } = await deploy(two);
    expect(unchanged).toBe(false);
    expect(kernel).toMatchObject({ digest: digestOf(two), service: "stamp.StampService" });
    expect(kernel?.functions[0]).toMatchObject({ name: "stamp", path: "/stamp.StampService/Stamp" });
    expect(traffic(kernel)).toEqual({ [digestOf(two)]: 100, [digestOf(one)]: 0 });
    expect(kernel?.versions[0]).toMatchObject({
      size: two.length,
      pure: true,
      deterministic: true,
      capabilities: [],
      functions: ["stamp", "toil", "fragile"],
      compiler: expect.stringContaining("assemblyscript") as string,
      shadow: null,
    });
    expect((await listKernels(client)).kernels).toEqual([kernel]);
    const earlier = await getKernel(client, { name: "stamp", digest: digestOf(one) });
    expect(earlier.kernel).toMatchObject({ digest: digestOf(one), size: one.length });
    expect(earlier.kernel?.versions).toEqual(kernel?.versions);
  });

  it("refuses what callers would not understand, unless it is said to be breaking", async () => {
    const { deploy, one, get } = await setup();
    await deploy(one);
    const other = await kernelModule("stamp_other");
    await expect(deploy(other)).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
      code: 9,
      rawMessage: expect.stringMatching(
        /^version [0-9a-f]{12} of kernel "stamp" does not fit callers of [0-9a-f]{12}: .*field stamp\.StampRequest\.x \(1\) was int32 and is string now: .*function "toil" is gone: keep it.*; deploy with --breaking to replace it all the same$/,
      ) as string,
    });
    expect(await get()).toMatchObject({ digest: digestOf(one), versions: [{}] });
    expect((await deploy(other, { breaking: true })).kernel).toMatchObject({ digest: digestOf(other) });
  });

  it("takes what only adds", async () => {
    const { deploy, one } = await setup();
    await deploy(one);
    const { kernel } = await deploy(await kernelModule("stamp_wider"));
    expect(kernel?.functions.map(({ name }) => name)).toEqual(["stamp", "toil", "fragile", "newer"]);
    await expect(deploy(one)).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
      rawMessage: expect.stringContaining('function "newer" is gone') as string,
    });
  });

  it("makes nodes ready before it gets calls", async () => {
    const { deploy, one, two, node, get } = await setup();
    const slow = await node({ id: "slow", compiles: false });
    const first = deploy(one);
    await slow.frames.count("function", 1);
    await expect(get()).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    slow.compiled(1);
    expect(await first).toMatchObject({ readyNodes: ["slow"] });
    const second = deploy(two);
    await slow.frames.count("function", 2);
    expect(await get()).toMatchObject({ digest: digestOf(one) });
    slow.compiled(2);
    expect((await second).kernel).toMatchObject({ digest: digestOf(two) });
  });

  it("lets two that are deployed at once serve one after the other", async () => {
    const { deploy, one, two, three, get } = await setup();
    await deploy(one);
    await Promise.all([deploy(two), deploy(three)]);
    const kernel = await get();
    expect(kernel?.versions).toHaveLength(3);
    expect([digestOf(two), digestOf(three)]).toContain(kernel?.digest);
  });

  it.each<[string, DeployHeader, string, RegExp]>([
    [
      "canary and shadow",
      { canaryPercent: 5, shadowPercent: 5 },
      "BAD_REQUEST",
      /either a canary or a shadow/,
    ],
    ["a canary of all", { canaryPercent: 100 }, "BAD_REQUEST", /above 0 and below 100, not 100/],
    ["a canary below none", { canaryPercent: -1 }, "BAD_REQUEST", /above 0 and below 100, not -1/],
    ["a canary of no number", { canaryPercent: NaN }, "BAD_REQUEST", /not NaN/],
    ["more shadow than all", { shadowPercent: 101 }, "BAD_REQUEST", /at most 100, not 101/],
    [
      "a breaking canary",
      { canaryPercent: 5, breaking: true },
      "BAD_REQUEST",
      /--breaking and --canary exclude/,
    ],
    [
      "a breaking shadow",
      { shadowPercent: 5, breaking: true },
      "BAD_REQUEST",
      /--breaking and --shadow exclude/,
    ],
  ])("refuses %s", async (_what, header, reason, said) => {
    const { deploy, one, two, get } = await setup();
    await deploy(one);
    await expect(deploy(two, header)).rejects.toMatchObject({
      reason,
      rawMessage: expect.stringMatching(said) as string,
    });
    expect(await get()).toMatchObject({ digest: digestOf(one), versions: [{}] });
  });

  it("refuses a trial without a version beside it", async () => {
    const { deploy, one } = await setup();
    await expect(deploy(one, { canaryPercent: 5 })).rejects.toMatchObject({
      reason: "ROUTE_REFUSED",
      code: 9,
      rawMessage: "there is no version to compare a canary with; deploy it without --canary",
    });
  });

  it("refuses a canary that does not fit, whatever it is said to be", async () => {
    const { deploy, one } = await setup();
    await deploy(one);
    await expect(deploy(await kernelModule("stamp_other"), { canaryPercent: 5 })).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
      rawMessage: expect.stringMatching(/; a canary must fit the version beside it$/) as string,
    });
  });

  it("refuses a shadow whose outcomes cannot be compared", async () => {
    const { deploy, one } = await setup();
    await deploy(one);
    await expect(deploy(await kernelModule("stamp_relaxed"), { shadowPercent: 5 })).rejects.toMatchObject({
      reason: "NOT_DETERMINISTIC",
      code: 9,
      rawMessage: expect.stringMatching(
        /that would shadow it is not deterministic \(its code has relaxed SIMD, or .*build it with --deterministic\).*try the new one with --canary$/,
      ) as string,
    });
  });
});

describe("Kernels.Route", () => {
  it("promotes a canary in steps", async () => {
    const { deploy, route, one, two } = await setup();
    await deploy(one);
    const { kernel } = await deploy(two, { canaryPercent: 12.5 });
    expect(kernel?.digest).toBe(digestOf(one));
    expect(traffic(kernel)).toEqual({ [digestOf(two)]: 12.5, [digestOf(one)]: 87.5 });
    const half = await route({ promote: { percent: 50 } });
    expect(traffic(half)).toEqual({ [digestOf(two)]: 50, [digestOf(one)]: 50 });
    expect(await route({ promote: {} })).toMatchObject({ digest: digestOf(two) });
  });

  it("rolls back a trial, then to the version before, then to one that is named", async () => {
    const { deploy, route, one, two, three } = await setup();
    await deploy(one);
    await deploy(two);
    await deploy(three, { shadowPercent: 5 });
    const back = await route({ rollback: {} });
    expect(traffic(back)).toEqual({ [digestOf(three)]: 0, [digestOf(two)]: 100, [digestOf(one)]: 0 });
    expect(await route({ rollback: {} })).toMatchObject({ digest: digestOf(one) });
    expect(await route({ rollback: { digest: digestOf(three) } })).toMatchObject({ digest: digestOf(three) });
  });

  it("does not promote what callers would not understand, but rolls back to it", async () => {
    const { deploy, route, one } = await setup();
    const other = await kernelModule("stamp_other");
    await deploy(one);
    await deploy(other, { breaking: true });
    const digest = digestOf(one);
    await expect(route({ promote: { digest } })).rejects.toMatchObject({
      reason: "INCOMPATIBLE",
      rawMessage: expect.stringContaining(
        `roll back to it with heddle rollback stamp ${digest.slice(0, 12)}`,
      ) as string,
    });
    expect(await route({ rollback: {} })).toMatchObject({ digest });
  });

  it.each<[string, RouteRequest, number, string, RegExp]>([
    ["no change", {}, 3, "BAD_REQUEST", /must say what to change/],
    ["an unknown kernel", { name: "nothing", rollback: {} }, 5, "KERNEL_NOT_FOUND", /deployed are: stamp/],
    ["a share above all", { promote: { percent: 101 } }, 3, "BAD_REQUEST", /at most 100.*not 101/],
    ["a share of no number", { promote: { percent: NaN } }, 3, "BAD_REQUEST", /not NaN/],
    ["no trial", { promote: {} }, 9, "ROUTE_REFUSED", /no version is on trial/],
    ["no version before", { rollback: {} }, 9, "ROUTE_REFUSED", /no version served before/],
    ["half a digest", { rollback: { digest: "abc" } }, 3, "BAD_REQUEST", /digest "abc" is not one/],
    [
      "a digest of nothing",
      { promote: { digest: "0".repeat(64) } },
      5,
      "KERNEL_NOT_FOUND",
      /no version 000000000000/,
    ],
  ])("refuses %s", async (_what, request, code, reason, said) => {
    const { deploy, route, one } = await setup();
    await deploy(one);
    await expect(route(request)).rejects.toMatchObject({
      code,
      reason,
      rawMessage: expect.stringMatching(said) as string,
    });
  });

  it("is remembered", async () => {
    const { deploy, one, two, store, modules } = await setup();
    await deploy(one);
    await deploy(two, { canaryPercent: 25 });
    const later = new Registry(store, modules);
    await later.start((name, error) => expect.unreachable(`${name}: ${error.message}`));
    expect(later.route("stamp").route).toMatchObject({
      serving: digestOf(one),
      trial: { kind: "canary", digest: digestOf(two), percent: 25 },
    });
  });
});

describe("Kernels.Delete", () => {
  it("removes a kernel, whose name can be deployed again", async () => {
    const { deploy, get, client, one, two, store } = await setup();
    await deploy(one);
    await deploy(two);
    const { digests } = await deleteKernel(client, { name: "stamp" });
    expect(digests.toSorted()).toEqual([digestOf(one), digestOf(two)].toSorted());
    await expect(get()).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
    expect(await store.list("kernels")).toEqual([]);
    expect(await deploy(await kernelModule("stamp_other"))).toMatchObject({ unchanged: false });
  });

  it("removes one version that gets no calls", async () => {
    const { deploy, get, client, one, two } = await setup();
    await deploy(one);
    await deploy(two);
    expect(await deleteKernel(client, { name: "stamp", digest: digestOf(one) })).toEqual({
      digests: [digestOf(one)],
    });
    expect((await get())?.versions).toHaveLength(1);
    await expect(deleteKernel(client, { name: "stamp", digest: digestOf(two) })).rejects.toMatchObject({
      reason: "ROUTE_REFUSED",
      rawMessage: expect.stringContaining("promote or roll back to another before it is removed") as string,
    });
    await expect(deleteKernel(client, { name: "nothing" })).rejects.toMatchObject({
      reason: "KERNEL_NOT_FOUND",
    });
  });
});

describe("Registry", () => {
  it("takes in what another wrote meanwhile and changes that", async () => {
    const { store, modules, one, two, three } = await setup();
    const [left, right] = [new Registry(store, modules), new Registry(store, modules)];
    await left.deploy(one, "", "");
    await right.start(() => {});
    await left.deploy(two, "", "");
    expect(right.get("stamp", "").digest).toBe(digestOf(one));
    await right.deploy(three, "", "", { trial: { kind: "canary", percent: 5 } });
    expect(right.route("stamp").route).toMatchObject({
      serving: digestOf(two),
      trial: { digest: digestOf(three) },
      history: [digestOf(one)],
    });
    await left.remove("stamp", "");
    await expect(right.rollback("stamp", "")).rejects.toMatchObject({ reason: "KERNEL_NOT_FOUND" });
  });

  it("serves on when only a version of the past is damaged", async () => {
    const { store, modules, one, two } = await setup();
    const registry = new Registry(store, modules);
    await registry.deploy(one, "", "");
    const { kernel: before } = await registry.deploy(two, "", "");
    await modules.delete(registry.get("stamp", digestOf(one)).digest);
    const later = new Registry(store, modules);
    const told: string[] = [];
    await later.start((name, error) => told.push(`${name} ${error.reason}`));
    expect(told).toEqual(["stamp MODULE_CORRUPT"]);
    expect(later.get("stamp", "").digest).toBe(before.digest);
    expect(later.route("stamp").route.history).toEqual([]);
  });

  it("splits calls between the serving version and a canary by chance", async () => {
    const { store, modules, one, two } = await setup();
    let next = 0;
    const registry = new Registry(store, modules, { random: { next: () => next } });
    await registry.deploy(one, "", "");
    await registry.deploy(two, "", "", { trial: { kind: "canary", percent: 10 } });
    for (const [chance, version] of [
      [0, two],
      [0.0999, two],
      [0.1, one],
      [0.9999, one],
    ] as const) {
      next = chance;
      expect(registry.resolve("stamp", "stamp", "").digest).toBe(digestOf(version));
    }
    expect(registry.resolve("stamp", "stamp", digestOf(two)).digest).toBe(digestOf(two));
  });

  it("keeps a bounded number of versions", async () => {
    const { store, modules, one } = await setup();
    const registry = new Registry(store, modules);
    await registry.deploy(one, "", "");
    for (let number = 10; number < 10 + limits.versionsKeptMax + 3; number++)
      await registry.deploy(await stampModule(number), "", "");
    expect(registry.route("stamp").versions.size).toBe(limits.versionsKeptMax + 1);
    expect(() => registry.get("stamp", digestOf(one))).toThrow(/KERNEL_NOT_FOUND/);
  });
});
