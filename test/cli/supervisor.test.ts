import { describe, expect, it } from "vitest";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import { nodesUntil, readyCount, startCluster, type Cluster } from "../support/cluster.ts";
import { lineMatching } from "../support/heddle-process.ts";

/** Kills the process that is node-1 now; gives what `heddle up` says to it. */
async function killFirst({ fabric, process: up }: Cluster): Promise<string> {
  const nodes = await fabric.admin.nodes();
  const pid = nodes.find(({ facts }) => facts?.id === "node-1")?.facts?.pid ?? Number.NaN;
  process.kill(pid, "SIGKILL");
  return lineMatching(up.notes, /node-1 ended/);
}

describe("Supervisor", () => {
  it("starts a node that crashed again, later each time", async () => {
    const cluster = await startCluster({ nodes: 2 });
    const [first, second] = cluster.nodes.map(({ pid }) => pid);
    expect(await killFirst(cluster)).toBe(
      "heddle up: node node-1 ended (SIGKILL); it starts again in 200 ms",
    );
    const nodes = await nodesUntil(
      cluster.fabric,
      (now) => readyCount(now) === 2 && now.get("node-1")?.facts?.pid !== first,
    );
    expect(nodes.get("node-2")?.facts?.pid).toBe(second);
    expect(await killFirst(cluster)).toBe(
      "heddle up: node node-1 ended (SIGKILL); it starts again in 400 ms",
    );
  });

  it("leaves it down with --no-restart, and the others serve", async () => {
    const cluster = await startCluster({ nodes: 2, kernels: ["work"], args: ["--no-restart"] });
    expect(await killFirst(cluster)).toBe("heddle up: node node-1 ended (SIGKILL)");
    const nodes = await nodesUntil(cluster.fabric, (now) => readyCount(now) === 1);
    expect(nodes.get("node-1")?.state).toBe(NodeState.NODE_STATE_LOST);
    expect(await cluster.fabric.invoke("work/add", { a: 1, b: 2 })).toBe(3);
  });
});
