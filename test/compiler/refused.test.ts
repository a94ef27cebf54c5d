/**
 * Every construct that cannot be part of a kernel, and what its author is told. The constructs of one stage stand in
 * one source, one to a line where they can, so that a single build shows that all of them are reported at once.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { buildKernel } from "../../src/compiler/compile.ts";

/** What a source is refused with, line by line. */
async function refusal(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-refused-"));
  try {
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
    await buildKernel({ file: join(folder, "bad.ts") });
  } catch (error) {
    if (error instanceof HeddleError && error.reason === "BUILD_FAILED") return error.rawMessage.split("\n");
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
  throw new Error("the build succeeded");
}

type Row = readonly [source: string, what: RegExp, advice: RegExp];

/** One test per row: the row's line in the source is named, with what is wrong and what to do. */
function refusesEach(rows: readonly Row[], before = "", other: Readonly<Record<string, string>> = {}): void {
  let problems: readonly string[] = [];
  const first = before === "" ? 1 : before.split("\n").length + 1;
  const lines = rows.map(([source]) => source.replaceAll("\n", " "));
  beforeAll(async () => {
    problems = await refusal({
      "bad.ts": `${before === "" ? "" : `${before}\n`}${lines.join("\n")}\n`,
      ...other,
    });
  });
  rows.forEach(([source, what, advice], index) => {
    it(`refuses ${source}`, () => {
      const place = new RegExp(`^bad\\.ts:${first + index}:\\d+  `);
      const found = problems.filter((problem) => place.test(problem));
      expect(found).toEqual([expect.stringMatching(what)]);
      expect(found[0]).toMatch(advice);
    });
  });
  it("says nothing about other lines", () => {
    expect(problems).toHaveLength(rows.length);
  });
}

describe("deriveInterface", () => {
  refusesEach([
    ["export function generic<T>(a: T): T { return a; }", /"generic" is generic/, /for each type/],
    ["export function map(a: Map<string, i32>): void {}", /type "Map" cannot travel/, /fields key and value/],
    ["export function set(a: Set<i32>): void {}", /type "Set" cannot travel/, /use an array/],
    ["export function closure(a: (b: i32) => i32): void {}", /a function cannot travel/, /each behaviour/],
    ["export function pointer(a: usize): void {}", /"usize" cannot travel/, /use u32 or u64/],
    ["export function size(): isize { return 0; }", /"isize" cannot travel/, /use i32 or i64/],
    ["export function nested(a: Array<Array<f64>>): void {}", /cannot be nested/, /array of a class/],
    [
      "export function nestedBulk(a: StaticArray<Float64Array>): void {}",
      /cannot be nested/,
      /array of a class/,
    ],
    ["export function holes(a: Array<Fine | null>): void {}", /cannot hold null/, /use a class with a field/],
    ["export function maybe(a: string | null): void {}", /only a class can be null/, /absence a value/],
    ["export function simd(a: v128): void {}", /"v128" cannot travel/, /StaticArray<f64>/],
    ["export function date(a: Date): void {}", /"Date" cannot travel/, /milliseconds since 1970/],
    [
      "export function flags(a: StaticArray<bool>): void {}",
      /StaticArray has no counterpart/,
      /use an Array/,
    ],
    ["export function nothing(a: void): void {}", /"void" cannot travel/, /only a result may be void/],
    ["export function untyped(a: Nowhere): void {}", /"Nowhere" cannot travel/, /docs\/kernel-reference\.md/],
    ["export function optional(a: i32 = 1): void {}", /"a" is optional/, /initial value of a class/],
    [
      "export function under_score(): void {}",
      /"under_score" cannot be the name of a method/,
      /lowerCamelCase/,
    ],
    ["export function memory(): void {}", /"memory" is an export of every kernel/, /another name/],
    ["export function hidden(_a: i32): void {}", /"_a" cannot be the name of a field/, /letters, digits/],
    ["export function twice(fooBar: i32, foo_bar: i32): void {}", /both become the field foo_bar/, /rename/],
    ["export function jsonAlike(foo1: i32, foo_1: i32): void {}", /both become foo1 in JSON/, /rename/],
    ["export const constant: i32 = 1;", /exported variable/, /drop `export`/],
    ["export namespace space { export function f(): void {} }", /exported namespace/, /export the functions/],
    ["export default function main(): void {}", /no name to call/, /export function name/],
    ["declare function outside(): void;", /"outside" is declared and not defined/, /"heddle" offers/],
    [
      "export class Fine { a: i32 = 0; }  export class Unused { private a: Map<i32, i32> | null = null; }\nexport function fine(a: Fine): Fine { return a; }  class ThenAnother {}  export function last(a: ThenAnother): void {}",
      /used by an exported function but not exported/,
      /write "export class ThenAnother"/,
    ],
  ]);
});

describe("ClassReader", () => {
  const use = (name: string, text: string): string =>
    `export ${text} export function use${name}(a: ${name}): void {}`;
  refusesEach(
    [
      [
        use("Box<i32>", "class Box<T> { a: i32 = 0; }").replace("useBox<i32>", "useBox"),
        /"Box" is generic/,
        /class for each type/,
      ],
      [
        use("Derived", "class Derived extends Base { b: i32 = 0; }"),
        /"Derived" extends another/,
        /into a field/,
      ],
      [use("Needy", "class Needy { constructor(public a: i32) {} }"), /required parameters/, /a default/],
      [
        use("Shut", "class Shut { private constructor() {} }"),
        /constructor that is not public/,
        /make it public/,
      ],
      [use("Idea", "abstract class Idea { a: i32 = 0; }"), /is abstract/, /can be made/],
      [use("Secret", "class Secret { private a: i32 = 0; }"), /"a" is not public/, /make it public/],
      [use("Fixed", "class Fixed { readonly a: i32 = 0; }"), /"a" is readonly/, /drop readonly/],
      [use("Unset", "class Unset { a!: string; }"), /"a" has no initial value/, /give it one/],
      [
        use("Untyped", "class Untyped { a: Function | null = null; }"),
        /"Function" cannot travel/,
        /each behaviour/,
      ],
      [
        use("Numbered", "class Numbered { /** @field 19000 */ a: i32 = 0; }"),
        /no field number/,
        /from 1 to 18999/,
      ],
      [
        use("Same", "class Same { a: i32 = 0; /** @field 1 */ b: i32 = 0; }"),
        /"b" and "a" both have the field number 1/,
        /change one/,
      ],
      [use("Alike", "class Alike { aB: i32 = 0; a_b: i32 = 0; }"), /both become the field a_b/, /change one/],
      [use("Json", "class Json { a1: i32 = 0; a_1: i32 = 0; }"), /both become a1 in JSON/, /change one/],
      [
        "export enum Hue { NONE, DeepBlue } export function useHue(a: Hue): void {} export enum HueDeep { ANY, Blue } export function useHueDeep(a: HueDeep): void {}",
        /a value of "HueDeep" becomes HUE_DEEP_BLUE, which is also a value of the enum "Hue"/,
        /rename the value/,
      ],
      [
        use("HUE_NONE", "class HUE_NONE { a: i32 = 0; }").replace("useHUE_NONE", "useHueNone"),
        /"HUE_NONE" is also the name of a value of the enum "Hue"/,
        /rename the class/,
      ],
      [
        use("Snake", "class Snake { tail: Snake = new Snake(); }"),
        /"Snake" contains itself/,
        /"Snake \| null"/,
      ],
      [
        use("UseSnakeRequest", "class UseSnakeRequest { a: i32 = 0; }"),
        /the name of the request of "useSnake"/,
        /rename/,
      ],
      [use("BadService", "class BadService { a: i32 = 0; }"), /the name of the service/, /rename/],
      [use("Face", "interface Face { a: i32; }"), /"Face" is not a class/, /declare a class/],
      [use("Late", "enum Late { ONE = 1 }"), /"Late" has no value 0/, /add one/],
      [
        use("Computed", "enum Computed { ZERO, SOME = 1 << 3 }"),
        /"SOME" is not a literal/,
        /write the number/,
      ],
      [use("Twin", "enum Twin { ZERO, OTHER = 0 }"), /"OTHER" repeats a number/, /its own/],
      [
        "@unmanaged export class Raw { a: i32 = 0; } export function useRaw(a: Raw): void {}",
        /is unmanaged/,
        /drop @unmanaged/,
      ],
      [
        'import { Twin as Second } from "./other"; export function useSecond(a: Second): void {}',
        /there is another "Twin" in bad\.ts/,
        /rename one/,
      ],
    ],
    "class Base { a: i32 = 0; }",
    { "other.ts": "export class Twin {}" },
  );

  it("refuses a kernel without functions", async () => {
    expect(await refusal({ "bad.ts": "class A {}" })).toEqual([
      expect.stringMatching(/^bad\.ts:1:1  the kernel exports no function; write/),
    ]);
    expect(await refusal({ "bad.ts": "export class A {}" })).toEqual([
      expect.stringMatching(
        /^bad\.ts:1:1  the kernel exports no function, only classes \(A\); export functions/,
      ),
    ]);
  });
});

describe("the compiler", () => {
  it("tells what is wrong with the interface and with the code at once", async () => {
    const problems = await refusal({
      "bad.ts": `declare function outside(): i32;
export function asks(a: Map<string, i32>): i32 { return outside(); }
export function wrong(): i32 { return missing; }
export function lucky(): f64 { return Math.random(); }`,
    });
    expect(problems).toEqual([
      expect.stringMatching(/^bad\.ts:1:1  "outside" is declared and not defined/),
      expect.stringMatching(/^bad\.ts:2:25  type "Map" cannot travel/),
      expect.stringMatching(/^bad\.ts:3:39  Cannot find name 'missing'/),
    ]);
  });

  it("tells of what the module would import beside what is wrong with the interface", async () => {
    const problems = await refusal({
      "bad.ts": `declare function outside(): i32;
export function asks(a: Map<string, i32>): i32 { return outside(); }
export function lucky(): f64 { return Math.random(); }`,
    });
    expect(problems).toEqual([
      expect.stringMatching(/^bad\.ts:1:1  "outside" is declared and not defined/),
      expect.stringMatching(/^bad\.ts:2:25  type "Map" cannot travel/),
      expect.stringMatching(/^bad\.ts:3:39  a kernel has no random source/),
    ]);
  });

  refusesEach([["export function wrong(): i32 { return missing; }", /Cannot find name 'missing'/, /./]]);

  it("says what to do instead of a closure", async () => {
    const source = "export function capture(a: i32): i32 {\n  const f = (): i32 => a;\n  return f();\n}";
    const problems = await refusal({ "bad.ts": source });
    expect(problems).toContainEqual(expect.stringMatching(/^bad\.ts:2:24  .*Closures; pass what/));
  });

  it("says what to do instead of an exception", async () => {
    const source = "export function caught(): i32 { try { return 1; } catch (e) { return 2; } }";
    const problems = await refusal({ "bad.ts": source });
    expect(problems).toContainEqual(
      expect.stringMatching(/^bad\.ts:1:\d+  .*Exceptions; end the invocation with fail/),
    );
  });

  it("reports what does not parse, and imports that are not there", async () => {
    const problems = await refusal({
      "bad.ts": 'import { a } from "./nowhere";\nimport { b } from "lodash";\nexport function f( {}',
    });
    expect(problems).toEqual([
      expect.stringMatching(/^bad\.ts:1:\d+  File 'nowhere\.ts' not found; check the path/),
      expect.stringMatching(
        /^bad\.ts:2:\d+  the package "lodash" is not installed; run `npm install lodash`/,
      ),
      expect.stringMatching(/^bad\.ts:3:\d+  /),
    ]);
  });
});

describe("checkImports", () => {
  refusesEach(
    [
      ["export function chance(): f64 { return Math.random(); }", /no random source/, /take a seed/],
      ["export function clock(): i64 { return Date.now(); }", /no clock/, /take the time/],
      ["export function timer(): f64 { return performance.now(); }", /no clock/, /take the time/],
      ['export function print(): void { console.log("a"); }', /no console/, /use log/],
      ["export function leave(): void { process.exit(1); }", /no process/, /as a parameter/],
    ],
    "// Math.random() in a comment is nothing",
  );
});

describe("checkStart", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "a direct call",
      'import { log } from "heddle";\nconst a = 1;\nlog.info("hi");',
      /^bad\.ts:3:1  top-level code calls the host; log and fail inside/,
    ],
    [
      "a call through a function",
      'import { fail } from "heddle";\nfunction init(): i32 { fail(3, "no"); return 1; }\nconst a: i32 = init();',
      /^bad\.ts:3:1  .* through bad\/init;/,
    ],
  ];
  for (const [what, source, expected] of cases) {
    it(`refuses ${what}`, async () => {
      const problems = await refusal({ "bad.ts": `${source}\nexport function f(): i32 { return a; }` });
      expect(problems).toEqual([expect.stringMatching(expected)]);
    });
  }
});
