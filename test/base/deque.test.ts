import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deque } from "../../src/base/deque.ts";
import { testSeed } from "../support/seed.ts";

describe("Deque", () => {
  it("gives entries back in order", () => {
    const deque = new Deque<number>();
    deque.pushBack(2);
    deque.pushBack(3);
    deque.pushFront(1);
    expect([deque.popFront(), deque.popFront(), deque.popFront(), deque.popFront()]).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
  });

  it("gives undefined outside its length", () => {
    const deque = new Deque<number>();
    deque.pushBack(1);
    expect([deque.at(-1), deque.at(1), new Deque().front()]).toEqual([undefined, undefined, undefined]);
  });

  it("refuses to rotate when it is empty", () => {
    expect(() => new Deque().rotate()).toThrow("nothing to rotate");
  });

  it("inserts in order, past a bounded number of entries", () => {
    const deque = new Deque<number>();
    const insert = (entry: number, passedMax = Infinity): number[] => {
      deque.insert(entry, (other) => entry < other, passedMax);
      return Array.from({ length: deque.length }, (_, place) => deque.at(place) ?? 0);
    };
    expect([5, 1, 3, 1, 8].map((entry) => insert(entry)).at(-1)).toEqual([1, 1, 3, 5, 8]);
    expect(deque.popFront()).toBe(1);
    expect(insert(2)).toEqual([1, 2, 3, 5, 8]);
    expect(insert(0, 2)).toEqual([1, 2, 3, 0, 5, 8]);
    expect(insert(0, 0)).toEqual([1, 2, 3, 0, 5, 8, 0]);
  });

  it("behaves as an array does", () => {
    const operation = fc.constantFrom("pushBack", "pushFront", "popFront", "rotate");
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const deque = new Deque<number>();
        const array: number[] = [];
        operations.forEach((name, value) => {
          if (name === "popFront") {
            expect(deque.popFront()).toBe(array.shift());
          } else if (name === "rotate") {
            if (array.length === 0) return;
            deque.rotate();
            array.push(...array.splice(0, 1));
          } else {
            deque[name](value);
            if (name === "pushBack") array.push(value);
            else array.unshift(value);
          }
          expect(Array.from({ length: deque.length }, (_, place) => deque.at(place))).toEqual(array);
        });
      }),
      { seed: testSeed },
    );
  });
});
