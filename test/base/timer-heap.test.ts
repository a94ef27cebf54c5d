import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimerHeap } from "../../src/base/timer-heap.ts";
import { testSeed } from "../support/seed.ts";

describe("TimerHeap", () => {
  it("gives what is due in order, and nothing that is not", () => {
    const heap = new TimerHeap<{ at: number; slot: number }>();
    for (const at of [30, 10, 20]) heap.add({ at, slot: -1 });
    expect(heap.nextAt()).toBe(10);
    expect(heap.takeDue(9)).toBeUndefined();
    expect([heap.takeDue(20)?.at, heap.takeDue(20)?.at, heap.takeDue(20)]).toEqual([10, 20, undefined]);
    expect([heap.size, heap.nextAt()]).toEqual([1, 30]);
  });

  it("has no next time when it is empty", () => {
    expect(new TimerHeap().nextAt()).toBe(Infinity);
  });

  it("stays in order when timers leave from anywhere", () => {
    const entries = fc.array(fc.record({ at: fc.nat(50), leaves: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(entries, (all) => {
        const heap = new TimerHeap<{ at: number; slot: number; leaves: boolean }>();
        const timers = all.map(({ at, leaves }) => ({ at, leaves, slot: -1 }));
        for (const timer of timers) heap.add(timer);
        for (const timer of timers) if (timer.leaves) heap.remove(timer);
        const taken: number[] = [];
        for (let due = heap.takeDue(50); due !== undefined; due = heap.takeDue(50)) taken.push(due.at);
        const stayed = timers.filter((timer) => !timer.leaves).map((timer) => timer.at);
        expect(taken).toEqual(stayed.toSorted((left, right) => left - right));
        expect(timers.every((timer) => timer.slot === -1)).toBe(true);
      }),
      { seed: testSeed },
    );
  });

  it("leaves a timer alone that it does not hold", () => {
    const heap = new TimerHeap<{ at: number; slot: number }>();
    heap.add({ at: 1, slot: -1 });
    heap.remove({ at: 1, slot: -1 });
    expect(heap.size).toBe(1);
  });

  it("refuses to add a timer twice", () => {
    const heap = new TimerHeap<{ at: number; slot: number }>();
    const timer = { at: 1, slot: -1 };
    heap.add(timer);
    expect(() => heap.add(timer)).toThrow("added once");
  });
});
