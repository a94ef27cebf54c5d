/**
 * The nodes' own word for what they did. Each counts the invocations it executed and says so in every heartbeat; N
 * calls of a client must be N executions, no fewer (a reply that no kernel gave) and no more (work done twice).
 *
 * The counters are read when they are at rest: not moved for two heartbeats of every node, so that what was executed
 * last has been told.
 */
import { setTimeout as wait } from "node:timers/promises";
import { limits } from "../../src/base/limits.ts";
import type { Fabric, NodeInfo } from "../../src/index.ts";

/** Two heartbeats, and a fifth for their way. */
const restMs = limits.heartbeatMs * 2.2;
const oneBeatMs = limits.heartbeatMs * 1.2;
const pollMs = limits.heartbeatMs / 10;
const patienceMs = limits.heartbeatMs * 20;

/** Time, passed in for tests. */
export interface Pacing {
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const systemPacing: Pacing = { now: () => performance.now(), wait: (ms) => wait(ms) };

/** Executions on all nodes since they started, at rest. Throws when nodes go on executing although nobody calls. */
export async function countExecutions(
  fabric: { readonly admin: Pick<Fabric["admin"], "nodes"> },
  pacing: Pacing = systemPacing,
): Promise<number> {
  const begun = pacing.now();
  let executed = -1;
  let since = begun;
  for (;;) {
    const nodes = await fabric.admin.nodes();
    const now = pacing.now();
    const sum = sumOf(nodes);
    if (sum !== executed) since = now;
    executed = sum;
    if (now - since >= restMs) return executed;
    if (now - begun > patienceMs) {
      throw new Error(
        `nodes still execute ${patienceMs} ms after the last call: ${executed} executions by now`,
      );
    }
    await pacing.wait(pollMs);
  }
}

/** Executions of fabrics whose last user has proved its calls, and has made no more. */
const proved = new WeakMap<object, number>();

/** What a fabric's nodes have executed before somebody uses it again, who is expected to prove their own calls. */
export function executionsBefore(
  fabric: { readonly admin: Pick<Fabric["admin"], "nodes"> },
  pacing: Pacing = systemPacing,
): Promise<number> {
  const known = proved.get(fabric);
  proved.delete(fabric);
  return known === undefined ? countExecutions(fabric, pacing) : Promise.resolve(known);
}

/** Throws unless the nodes have executed exactly this many invocations since they had executed `before`. */
export async function expectExecutions(
  fabric: { readonly admin: Pick<Fabric["admin"], "nodes"> },
  calls: number,
  before: number,
  pacing: Pacing = systemPacing,
): Promise<void> {
  // What was executed is told with the next heartbeat of each node. If that adds up, it is all.
  const soon = sumOf(await nextBeats(fabric, pacing)) - before;
  const executed = soon === calls ? soon : (await countExecutions(fabric, pacing)) - before;
  if (executed === calls) return void proved.set(fabric, before + calls);
  throw new Error(`the client counted ${calls} calls, the nodes counted ${executed} executions`);
}

/** The nodes when each has told something new, as every heartbeat does, of its memory at least; or a heartbeat later. */
async function nextBeats(
  fabric: { readonly admin: Pick<Fabric["admin"], "nodes"> },
  pacing: Pacing,
): Promise<readonly NodeInfo[]> {
  const told = ({ heartbeat }: NodeInfo): string => JSON.stringify(heartbeat);
  const begun = pacing.now();
  const last = (await fabric.admin.nodes()).map(told);
  for (;;) {
    await pacing.wait(pollMs);
    const nodes = await fabric.admin.nodes();
    if (nodes.every((node, index) => told(node) !== last[index])) return nodes;
    if (pacing.now() - begun >= oneBeatMs) return nodes;
  }
}

function sumOf(nodes: readonly NodeInfo[]): number {
  return nodes.reduce((total, node) => total + (node.heartbeat?.executed ?? 0), 0);
}
