import { setTimeout as wait } from "node:timers/promises";
import { limits } from "../../src/base/limits.ts";
import type { Fabric } from "../../src/index.ts";

/** Executions that nodes have told of, once three heartbeats have brought no more. */
export async function restOf(fabric: Fabric): Promise<number> {
  for (let before = -1; ;) {
    const nodes = await fabric.admin.nodes();
    const executed = nodes.reduce((sum, node) => sum + (node.heartbeat?.executed ?? 0), 0);
    if (executed === before) return executed;
    before = executed;
    await wait(3 * limits.heartbeatMs);
  }
}
