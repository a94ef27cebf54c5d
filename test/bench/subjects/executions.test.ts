import { describe, expect, it } from "vitest";
import {
  countExecutions,
  executionsBefore,
  expectExecutions,
  type Pacing,
} from "../../../bench/subjects/executions.ts";
import { limits } from "../../../src/base/limits.ts";
import type { NodeInfo } from "../../../src/index.ts";

/** Nodes whose counters follow a script of virtual time. */
function setup(...counters: ((now: number) => number)[]) {
  let now = 0;
  const pacing: Pacing = {
    now: () => now,
    wait: (ms) => Promise.resolve((now += ms)),
  };
  const nodes = (): Promise<NodeInfo[]> =>
    Promise.resolve(
      counters.map((executed) => {
        const heartbeat = {
          attempts: 0,
          executed: executed(now),
          memoryBytes: 0,
          busyWorkers: 0,
          workerRestarts: 0,
          attemptsDropped: 0,
        };
        // The fields that are read here.
        return { heartbeat } as NodeInfo;
      }),
    );
  return { fabric: { admin: { nodes } }, pacing, time: () => now };
}

const { heartbeatMs } = limits;

describe("countExecutions", () => {
  it("adds up the nodes", async () => {
    const { fabric, pacing } = setup(
      () => 40,
      () => 2,
    );
    expect(await countExecutions(fabric, pacing)).toBe(42);
  });

  it("waits until two heartbeats have brought nothing new", async () => {
    const { fabric, pacing, time } = setup((now) =>
      now < 3 * heartbeatMs ? Math.floor(now / heartbeatMs) : 3,
    );
    expect(await countExecutions(fabric, pacing)).toBe(3);
    expect(time()).toBeGreaterThanOrEqual(5 * heartbeatMs);
  });

  it("gives up on nodes that never rest", async () => {
    const { fabric, pacing } = setup((now) => now);
    await expect(countExecutions(fabric, pacing)).rejects.toThrow("nodes still execute");
  });
});

describe("executionsBefore", () => {
  it("knows what the last user has proved, once", async () => {
    let asked = 0;
    const { fabric, pacing } = setup(() => (asked++, 15));
    await expectExecutions(fabric, 10, 5, pacing);
    asked = 0;
    expect(await executionsBefore(fabric, pacing)).toBe(15);
    expect(asked).toBe(0);
    expect(await executionsBefore(fabric, pacing)).toBe(15);
    expect(asked).toBeGreaterThan(0);
  });
});

describe("expectExecutions", () => {
  it("looks at what every node has told after the last call", async () => {
    const { fabric, pacing, time } = setup(
      (now) => (now < 300 ? 8 : 10),
      (now) => (now < 700 ? 2 : 5),
    );
    await expectExecutions(fabric, 15, 0, pacing);
    expect(time()).toBeLessThan(heartbeatMs);
    expect(time()).toBeGreaterThanOrEqual(700);
  });

  it("takes as many executions as calls", async () => {
    const { fabric, pacing } = setup(() => 15);
    await expect(expectExecutions(fabric, 10, 5, pacing)).resolves.toBeUndefined();
  });

  it.each([
    ["fewer executions than calls", 14, 9],
    ["more executions than calls", 16, 11],
  ])("refuses %s", async (_what, executed, counted) => {
    const { fabric, pacing } = setup(() => executed);
    await expect(expectExecutions(fabric, 10, 5, pacing)).rejects.toThrow(
      `the client counted 10 calls, the nodes counted ${counted} executions`,
    );
  });
});
