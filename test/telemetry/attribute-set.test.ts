import { describe, expect, it } from "vitest";
import { attributeBytes } from "../../src/telemetry/attribute-bytes.ts";
import { AttributeSet, AttributeSets } from "../../src/telemetry/attribute-set.ts";

describe("AttributeSet", () => {
  it("is the fields of a span, without what is undefined, encoded once", () => {
    const set = new AttributeSet({ a: "x", b: undefined, c: 3 });
    const tag = Uint8Array.of((9 << 3) | 2);
    expect(set.bytes).toEqual(Buffer.concat([tag, attributeBytes("a", "x"), tag, attributeBytes("c", 3)]));
    expect(set.bytes).toBe(set.bytes);
  });

  it("may be empty", () => {
    expect(new AttributeSet({}).bytes).toHaveLength(0);
  });
});

describe("AttributeSets", () => {
  it("makes a set of three texts once", () => {
    const sets = new AttributeSets((a, b, c) => new AttributeSet({ a, b, c }));
    const one = sets.of("x", "y", "z");
    expect(one.values).toEqual({ a: "x", b: "y", c: "z" });
    expect(sets.of("x", "y", "z")).toBe(one);
    for (const other of [sets.of("x", "y", ""), sets.of("x", "", "z"), sets.of("", "y", "z")])
      expect(other).not.toBe(one);
  });

  it("keeps a bounded number of them", () => {
    let made = 0;
    const sets = new AttributeSets((a) => new AttributeSet({ a, made: made++ }));
    const [kept, more] = [1_024, 10];
    for (let each = 0; each < kept + more; each++) sets.of(String(each), "", "");
    expect(sets.of(String(kept + more - 1), "", "").values["made"]).toBe(kept + more - 1);
    expect(sets.of("0", "", "").values["made"]).toBe(kept + more);
  });
});
