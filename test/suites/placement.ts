import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/base/ids.ts";
import { createCapacity, workKind, type Capacity } from "../../src/scheduler/capacity.ts";
import { functionOf } from "../../src/scheduler/function-state.ts";
import { defaultSchedulerOptions } from "../../src/scheduler/options.ts";
import type { Demand, Placement } from "../../src/scheduler/placement/placement.ts";
import type { NodeState } from "../../src/scheduler/state.ts";
import { seeded } from "../support/scheduler-driver.ts";

/** A node as placement sees it: idle, without work, unless told otherwise. */
export function candidate(name: string, given: Partial<NodeState> = {}): NodeState {
  const node = {
    id: nodeId(name),
    workers: 1,
    pool: "idle",
    attempts: [],
    outstandingMs: 0,
    outstandingBytes: 0,
  };
  const credit = { creditMs: 12, creditBytes: 1_000, creditAttempts: 10, placedAt: 0 };
  return { ...node, ...credit, ...given } as unknown as NodeState; // placement looks at nothing else
}

/** What is offered to whom. */
export function offer(
  idle: NodeState[],
  open: NodeState[] = [],
  given: Partial<Demand> = {},
  lane: NodeState[] = [],
) {
  const joined = idle.length + open.length + lane.length;
  const capacity: Capacity = { ...createCapacity(), idle, open, lane, joined };
  const demand: Demand = {
    function: functionOf(new Map(), "kernel/function", defaultSchedulerOptions),
    estimatedMs: 2,
    kind: workKind(given.estimatedMs ?? 2, 1, defaultSchedulerOptions),
    bytes: 10,
    affinity: "",
    avoid: [],
    room: "any",
    nodeQueueMs: 12,
    wayBytesPerMs: 1e6,
    briefMs: 1,
    ...given,
  };
  return { capacity, demand };
}

/** What every placement must do, however it chooses. */
export function placementSuite(name: string, place: Placement): void {
  const choose = (
    idle: NodeState[],
    open: NodeState[] = [],
    given: Partial<Demand> = {},
    lane: NodeState[] = [],
  ) => {
    const { capacity, demand } = offer(idle, open, given, lane);
    return place(capacity, demand, seeded(1))?.id;
  };
  const busy = (id: string, given: Partial<NodeState> = {}) => candidate(id, { pool: "open", ...given });

  describe(`${name} as a placement`, () => {
    it("chooses nobody when there is nobody", () => {
      expect(choose([])).toBeUndefined();
    });

    it("prefers an idle node to a busy one", () => {
      expect(choose([candidate("idle", { outstandingMs: 9 })], [busy("busy")])).toBe("idle");
    });

    it("gives an idle node work of any length, a busy one only what it may queue", () => {
      expect(choose([candidate("idle")], [], { estimatedMs: Infinity })).toBe("idle");
      expect(choose([], [busy("busy", { outstandingMs: 9 })], { estimatedMs: 2.9 })).toBe("busy");
      expect(choose([], [busy("busy", { outstandingMs: 9 })], { estimatedMs: 3 })).toBeUndefined();
      expect(choose([], [busy("busy")], { estimatedMs: Infinity })).toBeUndefined();
    });

    it("gives the lane of a node that long items hold short work, and one attempt of what nobody knows", () => {
      const held = { pool: "lane", held: true, workers: 1, longAttempts: 1, outstandingMs: 900 } as const;
      expect(choose([], [], { estimatedMs: 2 }, [candidate("held", held)])).toBe("held");
      expect(choose([], [busy("busy")], { estimatedMs: 2 }, [candidate("held", held)])).toBe("busy");
      expect(choose([], [], { estimatedMs: 30 }, [candidate("held", held)])).toBeUndefined();
      expect(choose([], [], { estimatedMs: 30, kind: "short" }, [candidate("held", held)])).toBe("held");
      expect(choose([], [], { estimatedMs: Infinity }, [candidate("held", held)])).toBe("held");
      const fn = functionOf(new Map(), "kernel/unknown", defaultSchedulerOptions);
      const unknown = { estimatedMs: Infinity, function: fn };
      const attempts = [{ batch: { function: fn } }, { batch: { function: fn } }] as NodeState["attempts"];
      const alike = candidate("held", { ...held, longAttempts: 2, attempts });
      expect(choose([], [], unknown, [alike])).toBeUndefined();
      expect(choose([], [], { estimatedMs: Infinity }, [alike])).toBe("held");
      const taken = candidate("held", { ...held, longAttempts: 3 });
      expect(choose([], [], { estimatedMs: Infinity }, [taken])).toBeUndefined();
    });

    it("gives a busy node brief work above its bound, up to a bound of its own", () => {
      const full = (given: Partial<NodeState> = {}) => [
        busy("full", { outstandingMs: 12, briefMs: 0, ...given }),
      ];
      expect(choose([], full(), { estimatedMs: 0.1 })).toBe("full");
      expect(choose([], full(), { estimatedMs: 0.1, room: "brief" })).toBe("full");
      expect(choose([], [], { estimatedMs: 0.1 }, full({ pool: "lane" }))).toBe("full");
      expect(choose([], full(), { estimatedMs: 2 })).toBeUndefined();
      expect(choose([], full(), { estimatedMs: 0.1, room: "held" })).toBeUndefined();
      expect(choose([], full({ briefMs: 1 }), { estimatedMs: 0.1 })).toBeUndefined();
    });

    it("looks at nothing but what is left", () => {
      const held = [candidate("held", { pool: "lane", held: true, workers: 1, longAttempts: 1 })];
      expect(choose([candidate("idle")], [busy("busy")], { room: "held" }, held)).toBe("held");
      expect(choose([candidate("idle")], [busy("busy")], { room: "brief" })).toBeUndefined();
    });

    it("keeps within the credit of milliseconds behind other work", () => {
      expect(choose([], [busy("busy", { outstandingMs: 3, creditMs: 5 })], { estimatedMs: 2 })).toBe("busy");
      expect(
        choose([], [busy("busy", { outstandingMs: 3, creditMs: 5 })], { estimatedMs: 2.1 }),
      ).toBeUndefined();
    });

    it("lets a busy node have more while large payloads are on their way to it", () => {
      const loaded = busy("busy", { outstandingMs: 11, outstandingBytes: 500 });
      expect(choose([], [loaded], { bytes: 99, wayBytesPerMs: 200 })).toBe("busy");
      expect(choose([], [loaded], { bytes: 99, wayBytesPerMs: 600 })).toBeUndefined();
      expect(choose([], [loaded], { bytes: 99, wayBytesPerMs: 200, nodeQueueMs: 0 })).toBeUndefined();
    });

    it("keeps within the credit of bytes, on idle nodes too", () => {
      expect(choose([candidate("idle", { outstandingBytes: 990 })])).toBe("idle");
      expect(choose([candidate("idle", { outstandingBytes: 991 })])).toBeUndefined();
    });

    it("avoids whom it must not choose, even for a busy node", () => {
      const avoid = [nodeId("failed")];
      expect(choose([candidate("failed")], [busy("other")], { avoid })).toBe("other");
      expect(choose([candidate("failed")], [], { avoid })).toBeUndefined();
    });

    it("finds the one node of many that accepts", () => {
      const full = Array.from({ length: 50 }, (_, place) =>
        candidate(`full-${place}`, { outstandingBytes: 1_000 }),
      );
      expect(choose([...full.slice(0, 30), candidate("free"), ...full.slice(30)])).toBe("free");
    });

    it("spreads over equals", () => {
      const nodes = ["a", "b", "c", "d"].map((id) => candidate(id));
      const random = seeded(7);
      const { capacity, demand } = offer(nodes);
      const chosen = new Set<string | undefined>();
      for (let turn = 1; turn <= 100; turn++) {
        const node = place(capacity, demand, random);
        if (node !== undefined) node.placedAt = turn;
        chosen.add(node?.id);
      }
      expect(chosen.size).toBe(4);
    });
  });
}
