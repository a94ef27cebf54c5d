import { describe, expect, it } from "vitest";
import { LinkedList, type Linked } from "../../src/base/linked-list.ts";

interface Entry extends Linked<Entry> {
  readonly name: string;
}

function setup() {
  const entry = (name: string): Entry => ({ name, list: undefined, previous: undefined, next: undefined });
  const list = new LinkedList<Entry>();
  const [a, b, c] = [entry("a"), entry("b"), entry("c")];
  list.pushBack(b);
  list.pushBack(c);
  list.pushFront(a);
  return { list, a, b, c };
}

function namesOf(list: LinkedList<Entry>): string {
  let names = "";
  for (let entry = list.front(); entry !== undefined; entry = entry.next) names += entry.name;
  return names;
}

describe("LinkedList", () => {
  it("keeps the order of both ends", () => {
    const { list } = setup();
    expect([namesOf(list), list.length]).toEqual(["abc", 3]);
  });

  it.each([
    ["a", "bc"],
    ["b", "ac"],
    ["c", "ab"],
  ] as const)("lets %s leave", (name, left) => {
    const entries = setup();
    entries.list.remove(entries[name]);
    expect([namesOf(entries.list), entries.list.length]).toEqual([left, 2]);
    entries.list.pushBack(entries[name]);
    expect(namesOf(entries.list)).toBe(left + name);
  });

  it("refuses an entry that is in a list, and to remove one that is not in this", () => {
    const { list, a } = setup();
    expect(() => list.pushBack(a)).toThrow("one list at a time");
    expect(() => new LinkedList<Entry>().remove(a)).toThrow("leaves the list it is in");
  });
});
