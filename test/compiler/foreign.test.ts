/**
 * AssemblyScript that nobody here wrote: packages of the npm registry, pinned. A kernel for each builds and gives what
 * an independent implementation gives, or is refused with the place and what to do.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { buildKernel } from "../../src/compiler/compile.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { repository } from "../support/source-files.ts";
import { TinyHost } from "./tiny-host.ts";

type Call = readonly [name: string, input: Record<string, unknown>, expected: unknown];

const large = 2n ** 100n + 12345678901234567890n;
const other = 987654321098765432109876543210n;
const bytes = Uint8Array.from({ length: 61 }, (_, index) => (index * 37) % 256);
const wordsAndNumbers = { words: ["loom", "größe", "糸"], numbers: [7, -12, 2 ** 31 - 1] };
const text = JSON.stringify({ a: [1, 2, 3, -4], b: 'ü "x"', c: { d: true, e: null } });
const person = { name: "Ada ∞", age: 36, scores: [1n, -2n, 2n ** 60n] };
const personType = protobuf
  .parse(
    'syntax = "proto3"; message Person { string name = 1; uint32 age = 2; repeated int64 scores = 3 [packed = false]; }',
  )
  .root.lookupType("Person");
const personBytes = Uint8Array.from(
  personType.encode(personType.fromObject({ ...person, scores: person.scores.map(String) })).finish(),
);

/** What the parts of a time are in UTC. */
function partsOf(milliseconds: number): Record<string, number> {
  const date = new Date(milliseconds);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
  };
}

function factorial(n: number): string {
  let product = 1n;
  for (let factor = 2n; factor <= BigInt(n); ++factor) product *= factor;
  return String(product);
}

const jsonCalls: readonly Call[] = [
  ["sum", { text, key: "a" }, 2n],
  ["sum", { text, key: "z" }, 0n],
  ["rewrite", { text }, text],
];

/** Packages by name: the kernel that uses each, and what it is asked. */
const built: readonly (readonly [packageName: string, kernel: string, calls: readonly Call[]])[] = [
  [
    "as-base64",
    "base64",
    [
      ["encode", { bytes }, Buffer.from(bytes).toString("base64")],
      ["decode", { s: Buffer.from(bytes).toString("base64") }, bytes],
    ],
  ],
  [
    "as-bignum",
    "bignum",
    [
      ["multiply", { a: String(large), b: String(other) }, String((large * other) % 2n ** 128n)],
      ["divide", { a: String(large * 3n), b: String(other / 7n) }, String((large * 3n) / (other / 7n))],
    ],
  ],
  [
    "as-string-sink",
    "sink",
    [
      [
        "table",
        wordsAndNumbers,
        `# ${wordsAndNumbers.words.map((word, row) => `${word}\u{1f9f5}${wordsAndNumbers.numbers[row]}\n`).join("")}`,
      ],
    ],
  ],
  ["assemblyscript-json", "json", jsonCalls],
  ["@web3api/assemblyscript-json", "scoped_json", jsonCalls],
  [
    "as-date",
    "date",
    [0, 951_782_399_999, 1_709_208_000_000, 4_102_444_800_000].map((at): Call => [
      "parts",
      { milliseconds: BigInt(at) },
      partsOf(at),
    ]),
  ],
  ["as-variant", "variant", [["mixed", { numbers: [1.5, -2], words: ["a", "b"] }, "<1.5><-2.0>ab"]]],
  [
    "as-proto",
    "protobuf",
    [
      ["encode", { person }, personBytes],
      ["decode", { bytes: personBytes }, person],
    ],
  ],
  [
    "as-bigint",
    "bigint",
    [
      ["factorial", { n: 60 }, factorial(60)],
      ["root", { value: String(other * other + 5n) }, String(other)],
    ],
  ],
  [
    "as-bignumber",
    "bignumber",
    [
      ["add", { a: "0.1", b: "0.2" }, "0.3"],
      ["multiply", { a: "123456789.123", b: "1000000.5" }, "123456850851394.5615"],
    ],
  ],
  [
    "xjb-as",
    "numbers",
    [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -123456.789].map((value): Call => [
      "dtoa",
      { value },
      String(value),
    ]),
  ],
  ["as-container", "boxes", [["boxed", { value: 41 }, 42]]],
  [
    "assemblyscript-temporal",
    "temporal",
    [
      ["weekday", { year: 2000, month: 2, day: 29 }, 2],
      ["weekday", { year: 2024, month: 12, day: 31 }, 2],
    ],
  ],
];

/** Packages that do not fit this compiler, or ask for what a kernel does not have. */
const refused: readonly (readonly [packageName: string, kernel: string, first: RegExp])[] = [
  [
    "json-as",
    "json_as",
    /^~lib\/json-as\/assembly\/.*:\d+:\d+ {2}Cannot find name 'JSON_MODE'; "json-as" does not compile with AssemblyScript [\d.]+: take another version/,
  ],
  [
    "@koinos/proto-as",
    "koinos",
    /^~lib\/@koinos\/proto-as\/.*any\.ts:9:23 {2}Type .*null' is not assignable to type .*; "@koinos\/proto-as" does not compile/,
  ],
  [
    "@wapc/as-msgpack",
    "msgpack",
    /^~lib\/@wapc\/as-msgpack\/assembly\/decoder\.ts:79:12 {2}Conversion from type 'i32' to 'u8' .*; "@wapc\/as-msgpack" does not compile/,
  ],
  [
    "assemblyscript-regex",
    "regex",
    /^~lib\/assemblyscript-regex\/assembly\/nfa\/matcher\.ts:20:16 {2}Initializer.*; "assemblyscript-regex" does not compile/,
  ],
  [
    "@btc-vision/as-bignum",
    "wide_bignum",
    /^~lib\/@btc-vision\/as-bignum\/.*u256\.ts:331:17 {2}Not implemented: Recursive types; "@btc-vision\/as-bignum" does not compile/,
  ],
  [
    "as-wasi",
    "wasi",
    /^~lib\/@assemblyscript\/wasi-shim\/assembly\/bindings\/.*:\d+:\d+ {2}the module would import "fd_write" from "wasi_snapshot_preview1"; a kernel imports from its host only what "heddle" offers/,
  ],
];

/** Packages whose own file is given to be built, as if it were a kernel. */
const direct: readonly (readonly [packageName: string, file: string, problems: readonly RegExp[]])[] = [
  [
    "as-bignum",
    "assembly/index.ts",
    [
      /^index\.ts:1:1 {2}the kernel exports no function, only classes \(.*u128.*\); export functions that use them/,
    ],
  ],
  ["as-string-sink", "assembly/index.ts", [/^index\.ts:1:1 {2}.* only classes \(StringSink\)/]],
  [
    "xjb-as",
    "assembly/index.ts",
    [
      /^dtoa\.ts:249:17 {2}"dtoa_buffered" cannot be the name of a method; use lowerCamelCase/,
      /^ftoa\.ts:407:17 {2}"ftoa_buffered" cannot be the name of a method; use lowerCamelCase/,
    ],
  ],
  [
    "json-as",
    "assembly/index.ts",
    [
      /^index\.ts:\d+:\d+ {2}"JSON" is an exported namespace; .*export the functions themselves/,
      /^index\.ts:\d+:\d+ {2}type "JSON\.Raw" cannot travel; use one of the types/,
      /^index\.ts:\d+:\d+ {2}exported function "toBox" is generic; export a function for each type/,
    ],
  ],
  [
    "@wapc/as-guest",
    "assembly/index.ts",
    [
      /^index\.ts:1:1 {2}"__guest_request" is declared and not defined; a kernel imports from its host only what "heddle" offers/,
      /^index\.ts:2:25 {2}"__guest_request" cannot be the name of a method; use lowerCamelCase/,
    ],
  ],
  [
    "assemblyscript-temporal",
    "assembly/index.ts",
    [/^env\.ts:1:1 {2}"log" is declared and not defined; a kernel imports/],
  ],
  ["@as-pect/assembly", "assembly/index.ts", [/"reportActualReflectedValue" is declared and not defined/]],
];

function kernelOf(name: string): string {
  return join(repository, "test", "fixtures", "packages", `${name}.ts`);
}

async function problemsOf(file: string): Promise<string[]> {
  const error: unknown = await buildKernel({ file, manifest: { name: "foreign" } }).catch(
    (caught: unknown) => caught,
  );
  if (error instanceof HeddleError && error.reason === "BUILD_FAILED") return error.rawMessage.split("\n");
  throw new Error(`expected a refusal of ${file}, not ${String(error)}`);
}

describe("a kernel that uses a package", () => {
  it.each(built)("gives what another implementation gives, %s", async (_name, kernel, calls) => {
    const { wasm, schema } = await buildKernel({ file: kernelOf(kernel) });
    const host = new TinyHost(wasm);
    for (const [name, input, expected] of calls) {
      const found = schema.functions.find((each) => each.name === name);
      if (found === undefined) throw new Error(`there is no function ${name}`);
      const result = decodeMessage(found.response, host.call(name, encodeMessage(found.request, input)));
      expect(result["value"], name).toEqual(expected);
    }
  });

  it.each(refused)("is refused with a line of the package and advice, %s", async (_name, kernel, first) => {
    const problems = await problemsOf(kernelOf(kernel));
    expect(
      problems.some((problem) => first.test(problem)),
      problems.join("\n"),
    ).toBe(true);
    for (const problem of problems) expect(problem).toMatch(/^\S+:\d+:\d+ {2}.+; .+$/);
  });

  it.each(direct)("is refused when the package itself is the kernel, %s", async (name, file, patterns) => {
    const problems = await problemsOf(join(repository, "node_modules", name, file));
    for (const pattern of patterns) {
      expect(
        problems.some((problem) => pattern.test(problem)),
        `${pattern}\n${problems.join("\n")}`,
      ).toBe(true);
    }
  });

  it("is a package with exported functions alone", async () => {
    const file = join(repository, "node_modules", "as-base64", "assembly", "index.ts");
    const { schema } = await buildKernel({ file, manifest: { name: "base64" } });
    expect(schema.functions.map(({ name }) => name)).toEqual(["decode", "encode"]);
  });

  it("is one of at least twenty packages, of which at least twelve build", () => {
    const names = new Set([...built, ...refused, ...direct].map(([name]) => name));
    expect([...names].filter((name) => !existsSync(join(repository, "node_modules", name)))).toEqual([]);
    expect(names.size).toBeGreaterThanOrEqual(20);
    expect(built.length).toBeGreaterThanOrEqual(12);
  });
});
