import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/base/ids.ts";
import type { Event } from "../../src/scheduler/event.ts";
import { dispatches, done, ended, progress, SchedulerDriver } from "../support/scheduler-driver.ts";

function heldCredit(name: string, held: boolean): Event {
  return { kind: "nodeCredit", node: nodeId(name), incarnation: 1, ...fullCredit, held };
}

const fullCredit = { queueMs: 12, queueBytes: 1e9, attempts: 100 };

describe("placeWork", () => {
  it("places nothing on a node without credit", () => {
    const driver = new SchedulerDriver();
    driver.join("a", { attempts: 0 });
    expect(dispatches(driver.submit())).toEqual([]);
    expect(dispatches(driver.join("a", { attempts: 1 }))).toHaveLength(1);
  });

  it("uses every idle node before any busy one", () => {
    const driver = new SchedulerDriver();
    for (const name of ["a", "b", "c"]) driver.join(name);
    driver.teach("digest/run", 1);
    const nodes = [1, 2, 3].flatMap(() => dispatches(driver.submit()).map((dispatch) => dispatch.node));
    expect(nodes.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("queues short work on a busy node while that stays below its bound", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/run", 1);
    const counts = dispatches(driver.submit({ count: 100, open: true })).map((dispatch) => dispatch.count);
    expect(counts).toEqual([4, 4]); // 12 ms are not below 12 ms
  });

  it("places more as soon as progress makes room", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/run", 1);
    const [first] = dispatches(driver.submit({ count: 100, open: true }));
    if (first === undefined) throw new Error("nothing was placed");
    const more = dispatches(driver.step(progress(first, { count: 1, runMs: 1 })));
    expect(more.map((dispatch) => dispatch.count)).toEqual([4]);
  });

  it("keeps unknown and long work waiting for a free worker", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/long", 50);
    const [long] = dispatches(driver.submit({ fn: { key: "digest/long" } }));
    if (long === undefined) throw new Error("nothing was placed");
    expect(dispatches(driver.submit({ fn: { key: "digest/long" } }))).toEqual([]);
    expect(dispatches(driver.submit({ fn: { key: "digest/unknown" } }))).toEqual([]);
    expect(dispatches(driver.step(...done(long, 50))).map((dispatch) => dispatch.batch)).toHaveLength(1);
  });

  it("lets nobody overtake long work that waits for a worker", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/run", 1);
    const [short] = dispatches(driver.submit());
    const long = driver.submission({ fn: { key: "digest/unknown" } });
    if (short === undefined) throw new Error("nothing was placed");
    expect(dispatches(driver.step(long))).toEqual([]);
    expect(dispatches(driver.submit({ client: "another" }))).toEqual([]);
    const [next] = dispatches(driver.step(...done(short)));
    expect(next?.batch).toBe(long.batch);
  });

  it("sends short work past long work to a node that is held, as much as its lane may have", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/run", 1);
    driver.teach("digest/long", 50);
    const long = { key: "digest/long" };
    const [held] = dispatches(driver.submit({ fn: long }));
    if (held === undefined) throw new Error("nothing was placed");
    expect(dispatches(driver.submit({ fn: long }))).toEqual([]);
    const waiting = driver.submission({ count: 100, open: true });
    expect(dispatches(driver.step(waiting))).toEqual([]);
    const counts = dispatches(driver.step(heldCredit("a", true))).map(({ batch, count }) => [batch, count]);
    expect(counts).toEqual([
      [waiting.batch, 4],
      [waiting.batch, 4],
      [waiting.batch, 4],
    ]);
    expect(dispatches(driver.step(...done(held, 50), heldCredit("a", false)))).toEqual([]);
  });

  it("lets one attempt of a function that nobody has timed into a lane", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    const [held] = dispatches(driver.submit({ fn: { key: "digest/long" } }));
    expect(held).toBeDefined();
    driver.step(heldCredit("a", true));
    const unknown = { key: "digest/unknown" };
    expect(dispatches(driver.submit({ fn: unknown }))).toHaveLength(1);
    expect(dispatches(driver.submit({ fn: { key: "digest/other" } }))).toHaveLength(1);
    expect(dispatches(driver.submit({ fn: { key: "digest/third" } }))).toEqual([]);
  });

  it("shares workers between clients, not between batches", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/long", 50);
    const fn = { key: "digest/long" };
    const greedy = [1, 2, 3].map(() => driver.submission({ fn, count: 10, client: "greedy" }));
    const modest = driver.submission({ fn, count: 10, client: "modest" });
    let [current] = dispatches(driver.step(...greedy, modest));
    const served: boolean[] = [];
    for (let turn = 0; turn < 6 && current !== undefined; turn++) {
      served.push(current.batch === modest.batch);
      [current] = dispatches(driver.step(...done(current, 50)));
    }
    expect(served).toEqual([false, true, false, true, false, true]);
  });

  it("never gives a node what it failed while another is there, be it busy", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    const [first] = dispatches(driver.submit());
    if (first === undefined) throw new Error("nothing was placed");
    driver.join("b");
    const [busy] = dispatches(driver.submit({ fn: { key: "digest/other" } }));
    driver.step(ended(first, "MODULE_UNAVAILABLE"));
    expect(dispatches(driver.after(10))).toEqual([]);
    if (busy === undefined) throw new Error("nothing was placed");
    const [again] = dispatches(driver.step(...done(busy)));
    expect([again?.node, again?.batch, again?.number]).toEqual(["b", first.batch, 2]);
  });

  it("goes on with others while one batch cannot be placed", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.join("b", { attempts: 0 });
    const [first] = dispatches(driver.submit());
    if (first === undefined) throw new Error("nothing was placed");
    driver.step(ended(first, "MODULE_UNAVAILABLE"));
    driver.after(10);
    const other = driver.submission();
    expect(dispatches(driver.step(other)).map((dispatch) => dispatch.batch)).toEqual([other.batch]);
  });

  it("uses a node that failed it when no other is left", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    const [first] = dispatches(driver.submit());
    if (first === undefined) throw new Error("nothing was placed");
    driver.step(ended(first, "MODULE_UNAVAILABLE"));
    expect(dispatches(driver.after(10)).map((dispatch) => dispatch.node)).toEqual(["a"]);
  });

  it("meets every batch in time, though it passes over a few in one step", () => {
    const driver = new SchedulerDriver({ passedMax: 2 });
    driver.join("a", { queueBytes: 100 });
    driver.step(
      ...Array.from({ length: 9 }, (_, place) => driver.submission({ bytes: 1_000, client: `${place}` })),
    );
    const small = driver.submission({ bytes: 10 });
    let placed = dispatches(driver.step(small)).length;
    for (let step = 0; step < 5; step++) placed += dispatches(driver.step({ kind: "tick" })).length;
    expect(placed).toBe(1);
  });

  it("keeps within the credits of a node", () => {
    const driver = new SchedulerDriver();
    driver.join("a", { workers: 4, attempts: 2 });
    expect(dispatches(driver.step(...[1, 2, 3].map(() => driver.submission())))).toHaveLength(2);
    driver.join("b", { workers: 4, queueBytes: 25 });
    expect(dispatches(driver.step(...[1, 2, 3].map(() => driver.submission())))).toHaveLength(1);
  });
});
