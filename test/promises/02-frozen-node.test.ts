/**
 * A node that is frozen (SIGSTOP: its connections stay open and nothing answers) is found out by its silence; the work
 * that was on it runs elsewhere, and what it sends when it wakes up is looked at by nobody.
 */
import { describe, expect, it } from "vitest";
import type { NodeInfo } from "../../src/index.ts";
import { NodeState } from "../../src/rpc/generated/heddle/v1/NodeState.ts";
import { nodesUntil, readyCount, startCluster, watchAttempts } from "../support/cluster.ts";
import { mixed } from "../support/kernels.ts";

const rounds = 2_000_000;

describe("a frozen node", () => {
  it("fails no call, and comes back when it thaws", async () => {
    const { fabric, nodes } = await startCluster({ nodes: 3, kernels: ["work"] });
    const [frozen] = nodes;
    if (frozen === undefined) throw new Error("the fabric has no node");

    const settled = new Map<number, number>();
    let calls = 0;
    let frozenRetries = 0;
    const caller = async (until: AbortSignal): Promise<void> => {
      while (!until.aborted) {
        const seed = calls++;
        const { value, stats } = await fabric.invokeWithStats(
          "work/mix",
          { seed, rounds },
          { deadlineMs: 30_000 },
        );
        expect(value).toBe(mixed(seed, rounds));
        settled.set(seed, (settled.get(seed) ?? 0) + 1);
        if (stats.earlier.some(({ node }) => node === frozen.id)) frozenRetries++;
      }
    };
    const done = new AbortController();
    const load = Promise.all(Array.from({ length: 16 }, () => caller(done.signal)));
    load.catch(() => done.abort());

    await (
      await watchAttempts(fabric, ({ node }) => node === frozen.id)
    ).first;
    process.kill(frozen.pid, "SIGSTOP");
    try {
      const seen = await nodesUntil(fabric, (now) => stateOf(now, frozen.id) === NodeState.NODE_STATE_LOST);
      expect(readyCount(seen)).toBe(2);
      // Its registration stays open all the while: that alone would take the keepalive of clients, 15 s.
      expect(seen.get(frozen.id)?.why).toBe("silent for 3000 ms");
    } finally {
      process.kill(frozen.pid, "SIGCONT");
    }
    const back = await nodesUntil(fabric, (now) => readyCount(now) === 3);
    expect(back.get(frozen.id)?.facts?.pid).toBe(frozen.pid);
    done.abort();
    await load;

    expect(settled.size).toBe(calls);
    expect([...settled.values()].every((times) => times === 1)).toBe(true);
    expect(frozenRetries).toBeGreaterThan(0);
  });
});

function stateOf(nodes: ReadonlyMap<string, NodeInfo>, id: string): NodeState | undefined {
  return nodes.get(id)?.state;
}
