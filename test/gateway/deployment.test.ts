import { describe, expect, it } from "vitest";
import { toKernelDigest } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import { Deployment } from "../../src/gateway/deployment.ts";
import type { NodeLink } from "../../src/gateway/node-link.ts";
import type { FunctionRecord } from "../../src/gateway/records.ts";
import type { KernelRecord } from "../../src/gateway/kernel-record.ts";

const digest = toKernelDigest("0".repeat(64));
if (digest === undefined) throw new Error("64 zeros are a digest");
const fn: FunctionRecord = {
  kernel: "k",
  name: "f",
  digest,
  timeLimitMs: 1,
  memoryMaxBytes: 1,
  pure: true,
  key: "k",
};
// Only the functions of the record are looked at.
const kernel = { functions: new Map([["f", fn]]) } as unknown as KernelRecord;

/** Links that only know whether they have a function, of nodes a, b, c, … */
function setup(have: readonly ("ready" | "pending")[]) {
  const asked: string[] = [];
  const links = have.map((state, index) => {
    const node = "abcdef"[index] ?? "?";
    return {
      node,
      expect: () => asked.push(node),
      prepare: () => {
        asked.push(node);
        return state;
      },
    } as unknown as NodeLink; // a link that can be prepared and nothing else
  });
  return { asked, deployment: new Deployment(() => links) };
}

describe("Deployment", () => {
  it("has a few nodes fetch a large module ahead", () => {
    const { deployment, asked } = setup(["pending", "pending", "pending"]);
    deployment.expect(digest, limits.moduleAheadMinBytes - 1);
    expect(asked).toEqual([]);
    deployment.expect(digest, limits.moduleAheadMinBytes);
    expect(asked).toEqual(["a", "b"]);
  });

  it("is done at once when there is no node, or all have the kernel", async () => {
    expect(await setup([]).deployment.prepare(kernel)).toEqual({ ready: [], pending: [] });
    const { deployment, asked } = setup(["ready", "ready"]);
    expect(await deployment.prepare(kernel)).toEqual({ ready: ["a", "b"], pending: [] });
    expect(asked).toEqual(["a", "b"]);
  });

  it("waits for the nodes that have not, and for no other function", async () => {
    const { deployment } = setup(["ready", "pending", "pending"]);
    const done = deployment.prepare(kernel);
    deployment.prepared("b", { ...fn });
    deployment.prepared("b", fn);
    deployment.prepared("c", fn);
    expect(await done).toEqual({ ready: ["a", "b", "c"], pending: [] });
  });

  // It was told as ready although it had gone.
  it("does not wait for a node that goes, nor call it ready", async () => {
    const { deployment } = setup(["pending", "pending"]);
    const done = deployment.prepare(kernel);
    deployment.gone("a");
    deployment.prepared("b", fn);
    expect(await done).toEqual({ ready: ["b"], pending: [] });
  });

  it("serves several deploys at once", async () => {
    const { deployment } = setup(["pending"]);
    const both = Promise.all([deployment.prepare(kernel), deployment.prepare(kernel)]);
    deployment.prepared("a", fn);
    expect(await both).toEqual([
      { ready: ["a"], pending: [] },
      { ready: ["a"], pending: [] },
    ]);
  });
});
