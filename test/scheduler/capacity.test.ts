import { describe, expect, it } from "vitest";
import { createHealth } from "../../src/scheduler/health.ts";
import { createCapacity, reclassify, withdraw } from "../../src/scheduler/capacity.ts";
import { defaultSchedulerOptions } from "../../src/scheduler/options.ts";
import type { NodeState } from "../../src/scheduler/state.ts";
import { candidate } from "../suites/placement.ts";

function holding(attempts: number, given: Partial<NodeState> = {}): NodeState {
  const held = Array.from({ length: attempts }) as NodeState["attempts"];
  return candidate("a", {
    attempts: held,
    workers: 2,
    creditMs: 24,
    phase: "joined",
    pool: "full",
    nearSlot: -1,
    shortMs: 0,
    briefMs: 0,
    health: createHealth(),
    ...given,
  });
}

function poolOf(node: NodeState): string {
  const capacity = createCapacity();
  reclassify(capacity, node, defaultSchedulerOptions);
  const names = ["idle", "open", "lane"] as const;
  return names.filter((name) => capacity[name].includes(node)).join("") || "full";
}

describe("reclassify", () => {
  it.each([
    ["idle", "a worker is free", holding(1, { outstandingMs: 1e6 })],
    ["open", "it may queue more", holding(2, { outstandingMs: 23 })],
    ["lane", "it holds what it may", holding(2, { outstandingMs: 24 })],
    ["lane", "its credit of milliseconds is used up", holding(2, { outstandingMs: 10, creditMs: 10 })],
    ["full", "it has what it may of brief work, too", holding(2, { outstandingMs: 24, briefMs: 2 })],
    ["full", "its credit of attempts is used up", holding(1, { creditAttempts: 1 })],
    ["full", "its credit of bytes was taken back", holding(1, { outstandingBytes: 1_001 })],
    ["lane", "long items hold its workers", holding(2, { held: true, outstandingMs: 1e6 })],
    ["lane", "long items hold its workers, though it has fewer attempts", holding(1, { held: true })],
    ["full", "its lane has what it may", holding(3, { held: true, shortMs: 12 })],
    ["full", "it drains", holding(0, { phase: "draining" })],
  ] as const)("calls a node %s when %s", (pool, _why, node) => {
    expect(poolOf(node)).toBe(pool);
  });

  it("moves nodes between the pools, each in one at a time", () => {
    const capacity = createCapacity();
    const nodes = [holding(0), holding(0), holding(0)];
    for (const node of nodes) reclassify(capacity, node, defaultSchedulerOptions);
    const [first, second, third] = nodes;
    if (first === undefined || second === undefined || third === undefined) throw new Error("three nodes");
    first.attempts.length = 2;
    reclassify(capacity, first, defaultSchedulerOptions);
    withdraw(capacity, third);
    withdraw(capacity, third);
    expect([capacity.idle, capacity.open]).toEqual([[second], [first]]);
    first.attempts.length = 0;
    reclassify(capacity, first, defaultSchedulerOptions);
    expect([new Set(capacity.idle), capacity.open]).toEqual([new Set([first, second]), []]);
  });
});
