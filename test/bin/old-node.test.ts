import { describe, expect, it } from "vitest";
import { processesWith, startCluster } from "../support/cluster.ts";
import { heddle } from "../support/heddle-process.ts";
import { findOldNode } from "../support/old-node.ts";

const node = await findOldNode();

describe.runIf(node !== undefined)("heddle started by an older Node", () => {
  const old = node === undefined ? {} : { node };

  it("runs on the pinned one, with its exit code and its output", async () => {
    const { code, stdout } = await heddle(["version", "--json"], old);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ node: process.versions.node });
    expect((await heddle(["weave"], old)).code).toBe(2);
  });

  it("serves clients that are started by it too, and ends all on Ctrl-C", async () => {
    const cluster = await startCluster({ kernels: ["work"], ...old });
    const input = '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n';
    const mapped = await cluster.heddle(["map", "work/add"], { input, ...old });
    expect(mapped).toMatchObject({ code: 0, stdout: '{"value":3}\n{"value":7}\n', stderr: "" });
    cluster.process.kill("SIGINT");
    expect(await cluster.process.closed).toMatchObject({ code: 130, stderr: "" });
    expect(processesWith(cluster.folder)).toEqual([]);
  });

  it("leaves no process behind when it is killed", async () => {
    const cluster = await startCluster(old);
    cluster.process.kill("SIGKILL");
    expect((await cluster.process.closed).signal).toBe("SIGKILL");
    expect(processesWith(cluster.folder)).toEqual([]);
  });
});
