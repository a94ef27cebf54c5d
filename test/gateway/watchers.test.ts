import { describe, expect, it } from "vitest";
import type { WatchResponse } from "../../src/rpc/generated/heddle/v1/WatchResponse.ts";
import { Watchers, type Watcher } from "../../src/gateway/watchers.ts";

function watcher(attempts: boolean, functions: readonly string[] = [], load = false) {
  const told: WatchResponse[] = [];
  const send = (response: WatchResponse): void => void told.push(response);
  const one: Watcher = { attempts, load, functions: new Set(functions), send };
  return { told, one };
}

describe("Watchers", () => {
  it("tells of heartbeats only those who want them", () => {
    const watchers = new Watchers();
    const [plain, keen] = [watcher(true), watcher(false, [], true)];
    watchers.add(plain.one);
    watchers.add(keen.one);
    watchers.heartbeat({ why: "alive" });
    expect([plain.told, keen.told]).toEqual([[], [{ node: { why: "alive" } }]]);
  });

  it("tells everybody of nodes until they are removed", () => {
    const watchers = new Watchers();
    const [plain, keen] = [watcher(false), watcher(true)];
    watchers.add(plain.one);
    watchers.add(keen.one);
    watchers.node({ why: "one" });
    watchers.remove(plain.one);
    watchers.node({ why: "two" });
    expect(plain.told).toEqual([{ node: { why: "one" } }]);
    expect(keen.told).toEqual([{ node: { why: "one" } }, { node: { why: "two" } }]);
  });

  it("lets one who is told leave while others are told", () => {
    const watchers = new Watchers();
    const second = watcher(false);
    const first: Watcher = {
      attempts: false,
      load: false,
      functions: new Set(),
      send: () => watchers.remove(first),
    };
    watchers.add(first);
    watchers.add(second.one);
    watchers.node({});
    watchers.node({});
    expect(second.told).toHaveLength(2);
  });
});
