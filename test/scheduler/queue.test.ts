import { describe, expect, it } from "vitest";
import { FairQueue } from "../../src/scheduler/queue.ts";
import type { BatchState } from "../../src/scheduler/state.ts";

/** The queue looks at nothing else of a batch. */
function batch(name: string, client: string, priority = 0): BatchState {
  const links = { lane: undefined, list: undefined, previous: undefined, next: undefined };
  return { id: name, client, priority, passedOver: false, waitingMs: 0, ...links } as unknown as BatchState;
}

function setup(...batches: BatchState[]) {
  const queue = new FairQueue();
  for (const one of batches) queue.add(one);
  return queue;
}

/** Who gets the next turns. */
function turns(queue: FairQueue, count: number): string {
  let names = "";
  for (let turn = 0; turn < count; turn++) {
    const head = queue.head();
    if (head === undefined) return names;
    names += String(head.id);
    queue.rotate(head);
  }
  return names;
}

describe("FairQueue", () => {
  it("has no head when it is empty", () => {
    expect(new FairQueue().head()).toBeUndefined();
  });

  it("takes turns between clients, then between the batches of a client", () => {
    const queue = setup(batch("1", "a"), batch("2", "a"), batch("3", "a"), batch("x", "b"));
    expect(turns(queue, 8)).toBe("1x2x3x1x");
  });

  it("serves a higher priority first", () => {
    const high = batch("h", "a", 5);
    const queue = setup(batch("l", "a", -1), batch("n", "b"), high);
    expect(turns(queue, 2)).toBe("hh");
    queue.remove(high);
    expect(turns(queue, 2)).toBe("nn");
  });

  it("keeps the place of a batch that is added again", () => {
    const [first, second] = [batch("1", "a"), batch("2", "a")];
    const queue = setup(first, second);
    queue.add(first);
    expect([turns(queue, 3), queue.length]).toEqual(["121", 2]);
  });

  it("lets batches leave from anywhere", () => {
    const [first, second, third] = [batch("1", "a"), batch("2", "a"), batch("3", "b")];
    const queue = setup(first, second, third);
    queue.remove(second);
    queue.remove(second);
    expect([turns(queue, 3), queue.length]).toEqual(["131", 2]);
    queue.remove(first);
    queue.remove(third);
    expect([queue.head(), queue.length]).toEqual([undefined, 0]);
  });

  it("lets a client that comes back wait behind the others", () => {
    const first = batch("1", "a");
    const queue = setup(first, batch("x", "b"));
    queue.remove(first);
    queue.add(first);
    expect(turns(queue, 3)).toBe("x1x");
  });

  it("passes over without losing a place", () => {
    const [first, second] = [batch("1", "a"), batch("2", "b")];
    const queue = setup(first, second);
    queue.pass(first);
    expect([turns(queue, 2), queue.passedCount]).toEqual(["22", 1]);
    queue.restore(false);
    expect([turns(queue, 1), queue.passedCount]).toEqual(["1", 0]);
  });

  it("sends the passed to the back when asked to", () => {
    const [first, second] = [batch("1", "a"), batch("2", "b")];
    const queue = setup(first, second);
    queue.pass(first);
    queue.restore(true);
    expect(turns(queue, 2)).toBe("21");
  });

  it("serves clients that come and go by the thousand", () => {
    const queue = setup(batch("0", "first"));
    for (let round = 0; round < 2_000; round++) {
      const passing = batch("p", `client ${round}`, round % 3);
      queue.add(passing);
      queue.remove(passing);
    }
    expect([turns(queue, 1), queue.length]).toEqual(["0", 1]);
  });

  it("gives a client with long work as much time as one with short work", () => {
    const queue = new FairQueue(4);
    for (const one of [batch("L", "long"), batch("s", "short")]) queue.add(one);
    let [long, short] = [0, 0];
    for (let turn = 0; turn < 1_000; turn++) {
      const head = queue.head();
      if (head === undefined) break;
      const isLong = head.client === "long";
      if (isLong) long += 40;
      else short += 1;
      queue.rotate(head, isLong ? 40 : 1);
    }
    expect(Math.abs(long - short)).toBeLessThanOrEqual(44);
  });

  it("lets a client alone go on whatever it owes", () => {
    const queue = new FairQueue(4);
    queue.add(batch("1", "a"));
    for (let turn = 0; turn < 10; turn++) {
      const head = queue.head();
      expect(head?.id).toBe("1");
      if (head !== undefined) queue.rotate(head, 1_000);
    }
  });
});

describe("waitMs", () => {
  /** Two clients: a waits with 10 and 20 ms, b with 100 ms. */
  function waiting() {
    const queue = new FairQueue(4);
    queue.add(batch("1", "a"), 10);
    queue.add(batch("2", "a"), 20);
    queue.add(batch("3", "b"), 100);
    return queue;
  }

  it("is nothing when nobody waits", () => {
    expect(new FairQueue(4).waitMs("a", 0, 5)).toBe(0);
  });

  it("counts what takes turns with work of that size, of the client itself and of the others", () => {
    expect(waiting().waitMs("c", 0, 4)).toBe(4 * 2); // one turn of each other client
    expect(waiting().waitMs("a", 0, 4)).toBe((4 + 4 + 4) * 2 - 4);
    expect(waiting().waitMs("c", 0, 1_000)).toBe(130); // never more than there is
  });

  it("counts all of a higher priority and nothing of a lower", () => {
    const queue = waiting();
    queue.add(batch("h", "c", 1), 50);
    expect(queue.waitMs("c", 0, 4)).toBe(50 + 8);
    expect(queue.waitMs("c", 2, 4)).toBe(0);
  });

  it("forgets what was placed or went away", () => {
    const queue = new FairQueue(4);
    const one = batch("1", "a");
    queue.add(one, 10);
    queue.add(one, 3);
    expect(queue.waitMs("b", 0, 100)).toBe(3);
    queue.remove(one);
    expect(queue.waitMs("b", 0, 100)).toBe(0);
  });
});
