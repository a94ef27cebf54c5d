import { describe, expect, it } from "vitest";
import { powerOfTwo } from "../../../src/scheduler/placement/power-of-two.ts";
import { candidate, offer, placementSuite } from "../../suites/placement.ts";
import { dispatches, SchedulerDriver, seeded } from "../../support/scheduler-driver.ts";

placementSuite("powerOfTwo", powerOfTwo);

describe("powerOfTwo", () => {
  it("takes the least loaded of a few, by work per worker", () => {
    const nodes = [
      candidate("a", { outstandingMs: 4 }),
      candidate("b", { outstandingMs: 6, workers: 2 }),
      candidate("c", { outstandingMs: 8, workers: 2 }),
    ];
    const { capacity, demand } = offer(nodes);
    for (let turn = 0; turn < 20; turn++) expect(powerOfTwo(capacity, demand, seeded(turn))?.id).toBe("b");
  });

  it("takes the one with fewer attempts of two with the same work", () => {
    const held = { length: 1 } as never;
    const { capacity, demand } = offer([
      candidate("a", { attempts: held, workers: 2 }),
      candidate("b", { workers: 2 }),
    ]);
    for (let turn = 0; turn < 20; turn++) expect(powerOfTwo(capacity, demand, seeded(turn))?.id).toBe("b");
  });

  it("never takes the most loaded of many", () => {
    const nodes = Array.from({ length: 40 }, (_, place) =>
      candidate(`${place}`, { outstandingMs: place / 10 }),
    );
    const { capacity, demand } = offer(nodes);
    const random = seeded(3);
    let sum = 0;
    for (let turn = 0; turn < 2_000; turn++) {
      const node = powerOfTwo(capacity, demand, random);
      expect(node?.id).not.toBe("39");
      sum += Number(node?.id);
    }
    expect(sum / 2_000).toBeLessThan(15); // the mean of the lesser of two draws is 13, of one draw 19.5
  });
});

describe("zone", () => {
  it("prefers nodes of the scheduler's zone, and spills over when they are busy", () => {
    const driver = new SchedulerDriver({ zone: "east", leaseMs: 1e9 });
    for (const [name, zone] of Object.entries({ a: "west", b: "east", c: "" })) driver.join(name, { zone });
    const placed = [1, 2, 3].flatMap(() => dispatches(driver.submit()));
    expect(placed[0]?.node).toBe("b");
    expect(placed.map(({ node }) => node).toSorted()).toEqual(["a", "b", "c"]);
  });
});
