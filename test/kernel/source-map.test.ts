import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { SourceMap, sourceMapOf } from "../../src/kernel/source-map.ts";
import { moduleWith } from "../support/hostile-modules.ts";
import { testSeed } from "../support/seed.ts";

/** Offset 8: a.ts, line 3, column 5, in `first`; offset 12: nowhere; offset 16: b.ts, line 1, column 1. */
const good = { version: 3, sources: ["a.ts", "b.ts"], names: ["first"], mappings: "QAEIA,I,ICFJ" };

/** A module with a section of that content. */
function moduleOf(content: Uint8Array): WebAssembly.Module {
  const name = Buffer.from("heddle.sourcemap");
  const body = Buffer.concat([Uint8Array.of(name.length), name, content]);
  const size: number[] = [];
  for (let rest = body.length; rest > 0 || size.length === 0; rest >>>= 7) {
    size.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return new WebAssembly.Module(Buffer.concat([moduleWith({}), Uint8Array.of(0, ...size), body]));
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe("SourceMap", () => {
  it("gives the last entry at or before an offset", () => {
    const map = new SourceMap(JSON.stringify(good));
    const first = { source: "a.ts", line: 3, column: 5, functionName: "first" };
    expect([0, 7, 8, 11, 12, 15].map((offset) => map.placeAt(offset))).toEqual([
      null,
      null,
      first,
      first,
      null,
      null,
    ]);
    expect(map.placeAt(1000)).toMatchObject({ source: "b.ts", line: 1, column: 1, functionName: "" });
    expect(map.placeAt(11, 9)).toBe(null);
  });
});

describe("sourceMapOf", () => {
  it("reads the section of a module", () => {
    expect(sourceMapOf(moduleOf(json(good)))?.placeAt(8)?.line).toBe(3);
  });

  it.each<[string, Buffer]>([
    ["no JSON", Buffer.from("{")],
    ["null", json(null)],
    ["no mappings", json({ ...good, mappings: 7 })],
    ["many lines", json({ ...good, mappings: ";".repeat(1000) })],
    ["sources that are no list", json({ ...good, sources: { length: 2 } })],
    ["a source that is no text", json({ ...good, sources: [null] })],
    ["a source of great length", json({ ...good, sources: ["a".repeat(limits.sourceNameMaxChars + 1)] })],
    ["more bytes than are read", json({ ...good, x: "a".repeat(limits.sourceMapMaxBytes) })],
    ["nothing", Buffer.alloc(0)],
  ])("takes a section with %s for none", (_what, content) => {
    expect(sourceMapOf(moduleOf(content))).toBe(null);
  });

  it("gives no place that the map only pretends to have", () => {
    const placeIn = (mappings: string): unknown =>
      sourceMapOf(moduleOf(json({ ...good, mappings })))?.placeAt(8) ?? null;
    expect(placeIn("QEEI")).toBe(null); // the third of two sources
    expect(placeIn("QDEI")).toBe(null); // a source before the first
    expect(placeIn("QADI")).toBe(null); // a line before the first
    expect(placeIn("QAEIC")).toMatchObject({ functionName: "" }); // the second of one name
  });

  it("keeps what would end a line of a log out of names", () => {
    const content = json({ ...good, sources: ["a\n\u001b[2Jb.ts"] });
    expect(sourceMapOf(moduleOf(content))?.placeAt(8)?.source).toBe("a??[2Jb.ts");
  });

  it("survives whatever stands in the section", () => {
    const mappings = fc.string({ unit: fc.constantFrom(..."ACDEQgh+/,!= ") });
    const content = fc.oneof(
      mappings.map((text) => json({ ...good, mappings: text })),
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(content, fc.nat(100), (bytes, offset) => {
        const place = sourceMapOf(moduleOf(bytes))?.placeAt(offset) ?? null;
        expect(place === null || (place.line > 0 && place.column > 0)).toBe(true);
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });
});
