import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashRing } from "../../../src/scheduler/placement/hash-ring.ts";
import { candidate } from "../../suites/placement.ts";

function ringOf(names: readonly string[]): HashRing {
  const ring = new HashRing();
  for (const name of names) ring.add(candidate(name));
  return ring;
}

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 });
const anyone = () => true;

describe("HashRing", () => {
  it("finds nobody when there is nobody", () => {
    expect(new HashRing().find("key", anyone)).toBeUndefined();
  });

  it("gives a key to the same node whatever the order in which nodes joined", () => {
    fc.assert(
      fc.property(names, fc.string(), (list, key) => {
        const there = ringOf(list).find(key, anyone)?.id;
        expect(ringOf(list.toReversed()).find(key, anyone)?.id).toBe(there);
      }),
    );
  });

  it("moves only the keys of a node that goes", () => {
    fc.assert(
      fc.property(names, fc.string(), (list, key) => {
        const [gone, ...others] = list;
        if (gone === undefined || others.length === 0) return;
        const before = ringOf(list).find(key, anyone)?.id;
        const after = ringOf(others).find(key, anyone)?.id;
        if (before !== gone) expect(after).toBe(before);
      }),
    );
  });

  it("asks every node once before it gives up", () => {
    fc.assert(
      fc.property(names, fc.string(), (list, key) => {
        const asked: string[] = [];
        expect(ringOf(list).find(key, ({ id }) => asked.push(id) < 0)).toBeUndefined();
        expect(asked.toSorted()).toEqual(list.toSorted());
      }),
    );
  });

  it("spreads keys over the nodes", () => {
    const ring = ringOf(["a", "b", "c", "d"]);
    const counts = new Map<string, number>();
    for (let key = 0; key < 4_000; key++) {
      const id = ring.find(`key ${key}`, anyone)?.id ?? "";
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(Math.min(...counts.values())).toBeGreaterThan(500);
    expect(counts.size).toBe(4);
  });

  it("forgets a node that was removed", () => {
    const ring = new HashRing();
    const node = candidate("a");
    ring.add(node);
    expect(ring.find("key", anyone)?.id).toBe("a");
    ring.remove(node);
    expect(ring.find("key", anyone)).toBeUndefined();
  });
});
