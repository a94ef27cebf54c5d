import { describe, expect, it, onTestFinished } from "vitest";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import { nodesUntil, readyCount, startCluster, type Cluster } from "../support/cluster.ts";
import { lineMatching } from "../support/heddle-process.ts";
import { Supervisor } from "../../src/cli/supervisor.ts";

/** Kills the process that is node-1 now; gives what `heddle up` says to it. */
async function killFirst({ fabric, process: up }: Cluster): Promise<string> {
  const nodes = await fabric.admin.nodes();
  const pid = nodes.find(({ facts }) => facts?.id === "node-1")?.facts?.pid ?? Number.NaN;
  process.kill(pid, "SIGKILL");
  return lineMatching(up.notes, /node-1 ended/);
}

describe("Supervisor", () => {
  it("tries again with, and stops without, a node whose process cannot be started", async () => {
    const { execPath } = process;
    onTestFinished(() => void (process.execPath = execPath));
    process.execPath = "/nowhere/node";
    const notes: string[] = [];
    const supervisor = new Supervisor({ restart: true, note: (text) => notes.push(text) });
    const ready = supervisor.start("node-1", []);
    await expect(ready).rejects.toMatchObject({ rawMessage: "node node-1 cannot be started" });
    expect(notes).toEqual([expect.stringMatching(/cannot be started.*starts again in \d+ ms/)]);
    await supervisor.stop();
  });

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
