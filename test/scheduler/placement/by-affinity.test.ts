import { describe, expect, it } from "vitest";
import { dispatches, done, SchedulerDriver } from "../../support/scheduler-driver.ts";

function setup(nodes: readonly string[] = ["a", "b", "c", "d"]) {
  const driver = new SchedulerDriver({ leaseMs: 1e9 });
  for (const name of nodes) driver.join(name, { workers: 4 });
  return driver;
}

/** Where one call with that key goes, while nothing else runs. */
function homeOf(driver: SchedulerDriver, affinity: string): string | undefined {
  const [dispatch] = dispatches(driver.submit({ affinity }));
  if (dispatch !== undefined) driver.step(...done(dispatch));
  return dispatch?.node;
}

describe("placeByAffinity", () => {
  it("sends what has the same key to the same node, and other keys elsewhere", () => {
    const driver = setup();
    const homes = new Set([1, 2, 3, 4, 5].map(() => homeOf(driver, "red")));
    expect(homes.size).toBe(1);
    const others = new Set(["a", "b", "c", "d", "e", "f", "g", "h"].map((key) => homeOf(driver, key)));
    expect(others.size).toBeGreaterThan(1);
  });

  it("spills to another node before the liked one holds much more than its share", () => {
    const driver = setup();
    const placed = [...Array(12).keys()].flatMap(() => dispatches(driver.submit({ affinity: "red" })));
    const counts = new Map<string, number>();
    for (const { node } of placed) counts.set(node, (counts.get(node) ?? 0) + 1);
    expect(placed).toHaveLength(12);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(Math.ceil((1.25 * 12) / 4));
  });

  it("goes on elsewhere when the liked node drains, and returns when it is back", () => {
    const driver = setup(["a", "b"]);
    const home = homeOf(driver, "red") as never;
    driver.step({ kind: "nodeDraining", node: home, incarnation: 1 as never });
    expect(homeOf(driver, "red")).not.toBe(home);
    driver.join(home);
    expect(homeOf(driver, "red")).toBe(home);
  });
});
