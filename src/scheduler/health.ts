/**
 * Nodes that fail what others do well get nothing for a while (outlier ejection, after gRFC A50). What speaks against
 * a node is an attempt that failed for a reason that the table of reasons counts against it: several in a row, or most
 * of the latest while the other nodes fail far fewer. It is ejected for a time that grows with each ejection; then one
 * attempt probes it, and readmits or ejects it again. No more than a share of the nodes is ejected at a time, and never
 * the last: when everything fails, it is not the nodes.
 *
 * Health outlives a boot: a node that crashes and comes back again and again is an outlier too.
 */
import { limits } from "../base/limits.ts";
import type { NodeId } from "../base/ids.ts";
import { reasonRow } from "../base/reason.ts";
import { reclassify } from "./capacity.ts";
import type { AttemptState, Health, NodeState, SchedulerState } from "./state.ts";
import type { ProbeTimer } from "./timer.ts";

/** What is known of a node's health; of so many nodes that memory stays bounded. */
export function healthOf(states: Map<NodeId, Health>, node: NodeId): Health {
  const known = states.get(node);
  if (known !== undefined) return known;
  for (const oldest of states.keys()) {
    if (states.size < limits.healthsMax) break;
    states.delete(oldest);
  }
  const fresh = createHealth();
  states.set(node, fresh);
  return fresh;
}

/** The health of a node that nothing is known of. */
export function createHealth(): Health {
  return { phase: "healthy", inRow: 0, good: 0, bad: 0, ejections: 0, ejectedUntil: 0, why: "" };
}

/** An attempt is over: what its outcome says of its node. The loss of the node itself is noted by `noteCrash`. */
export function noteOutcome(state: SchedulerState, attempt: AttemptState): void {
  const { node, blamed, progressed, batch } = attempt;
  if (blamed) noteBad(state, node, `attempts of ${batch.function.key} failed there with ${attempt.reason}`);
  else if (progressed) noteGood(state, node);
}

/** Does a failure speak against the node of its attempt? */
export function blame(attempt: AttemptState, reason: string): void {
  attempt.blamed ||= reasonRow(reason).countsAgainstNode;
}

/** The node closed its stream, or fell silent, with work on it. */
export function noteCrash({ options }: SchedulerState, { health }: NodeState): void {
  count(health, 0, 1, options.ejectMemory);
  health.inRow++;
}

/** A node joined: one that failed too often in its earlier boots starts as ejected. */
export function judgeJoined(state: SchedulerState, node: NodeState): void {
  const { health } = node;
  if (health.phase === "ejected" && state.now < health.ejectedUntil) {
    state.capacity.ejected++;
    armProbe(state, node);
    readmitLast(state);
  } else if (health.phase === "ejected") {
    health.phase = "probing";
  } else if (health.inRow >= state.options.ejectInRow) {
    eject(state, node, `it was lost with work ${health.inRow} times in a row`);
  }
}

/** The time of an ejection is over: one attempt may probe the node. */
export function probe(state: SchedulerState, { node: id }: ProbeTimer): void {
  const node = state.nodes.get(id);
  if (node?.health.phase !== "ejected" || node.health.ejectedUntil > state.now) return;
  if (node.phase === "joined") state.capacity.ejected--;
  node.health.phase = "probing";
  reclassify(state.capacity, node, state.options);
}

/** A node that took work takes none any more, or is gone: it is not counted among the ejected. */
export function judgeGone(state: SchedulerState, node: NodeState): void {
  if (node.health.phase === "ejected") state.capacity.ejected--;
  readmitLast(state);
}

/** With every node that is left ejected, all are readmitted: work must go somewhere. */
function readmitLast(state: SchedulerState): void {
  const { capacity, nodes } = state;
  if (capacity.ejected === 0 || capacity.ejected < capacity.joined) return;
  for (const node of nodes.values()) {
    if (node.health.phase === "ejected" && node.phase === "joined") readmit(state, node);
  }
}

function noteGood(state: SchedulerState, node: NodeState): void {
  const { health } = node;
  count(health, 1, 0, state.options.ejectMemory);
  health.inRow = 0;
  if (health.phase === "probing") readmit(state, node);
}

function noteBad(state: SchedulerState, node: NodeState, why: string): void {
  const { health } = node;
  const { ejectInRow, ejectMemory } = state.options;
  count(health, 0, 1, ejectMemory);
  health.inRow++;
  if (node.phase !== "joined" || health.phase === "ejected") return;
  if (health.phase === "probing" || health.inRow >= ejectInRow) eject(state, node, why);
  else if (isOutlier(state, node)) eject(state, node, `most ${why}, and few elsewhere`);
}

/** Does it fail at least half of what it gets lately, and the others less than half as much? */
function isOutlier({ nodes, options }: SchedulerState, node: NodeState): boolean {
  const { good, bad } = node.health;
  if (good + bad < options.ejectOutcomesMin || bad < good) return false;
  let othersGood = 0;
  let othersBad = 0;
  for (const other of nodes.values()) {
    if (other === node || other.health.phase !== "healthy") continue;
    othersGood += other.health.good;
    othersBad += other.health.bad;
  }
  const others = othersGood + othersBad;
  return others > 0 && othersBad / others < bad / (good + bad) / 2;
}

function eject(state: SchedulerState, node: NodeState, why: string): void {
  const { capacity, options } = state;
  const { health } = node;
  const share = Math.floor(options.ejectShareMax * capacity.joined);
  const most = options.ejectShareMax === 0 ? 0 : Math.max(1, share);
  const isProbing = health.phase === "probing";
  if (capacity.ejected + 1 > Math.min(most, capacity.joined - 1)) {
    if (isProbing) readmit(state, node);
    return;
  }
  const ms = Math.min(options.ejectMaxMs, options.ejectBaseMs * 2 ** Math.min(30, health.ejections));
  Object.assign(health, { phase: "ejected", why, ejectedUntil: state.now + ms, good: 0, bad: 0 });
  health.ejections++;
  capacity.ejected++;
  reclassify(capacity, node, options);
  armProbe(state, node);
  state.actions.push({ kind: "nodeEjected", node: node.id, until: health.ejectedUntil, why });
}

function readmit(state: SchedulerState, node: NodeState): void {
  if (node.health.phase === "ejected" && node.phase === "joined") state.capacity.ejected--;
  Object.assign(node.health, { phase: "healthy", inRow: 0, good: 0, bad: 0, why: "" });
  reclassify(state.capacity, node, state.options);
  state.actions.push({ kind: "nodeReadmitted", node: node.id });
}

function armProbe(state: SchedulerState, node: NodeState): void {
  state.timers.add({ kind: "probe", at: node.health.ejectedUntil, slot: -1, node: node.id });
}

/** Outcomes weigh less the older they are; a time of good ones makes ejections short again. */
function count(health: Health, good: number, bad: number, memory: number): void {
  health.good += good;
  health.bad += bad;
  if (health.good + health.bad < memory) return;
  if (health.bad * 4 < health.good) health.ejections = Math.max(0, health.ejections - 1);
  health.good /= 2;
  health.bad /= 2;
}
