import { describe, expect, it } from "vitest";
import { roundRobin } from "../../../src/scheduler/placement/round-robin.ts";
import { candidate, offer, placementSuite } from "../../suites/placement.ts";
import { seeded } from "../../support/scheduler-driver.ts";

placementSuite("roundRobin", roundRobin);

describe("roundRobin", () => {
  it("takes nodes in turn whatever their load", () => {
    const nodes = [
      candidate("a", { outstandingMs: 9 }),
      candidate("b"),
      candidate("c", { outstandingMs: 3 }),
    ];
    const { capacity, demand } = offer(nodes);
    let order = "";
    for (let turn = 1; turn <= 6; turn++) {
      const node = roundRobin(capacity, demand, seeded(1));
      if (node !== undefined) node.placedAt = turn;
      order += node?.id;
    }
    expect(order).toBe("abcabc");
  });
});
