import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { buildKernel, type BuiltKernel } from "../../src/compiler/compile.ts";
import type { BuildInput } from "../../src/compiler/build-settings.ts";
import { loadKernel } from "../../src/kernel/load.ts";
import { admitModule, digestOf } from "../../src/kernel/admission.ts";
import { createInstance } from "../../src/kernel/instance.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** Builds a kernel from sources by path; the first is the kernel's own. */
async function build(
  files: Readonly<Record<string, string>>,
  manifest: BuildInput = {},
): Promise<BuiltKernel> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-compile-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return buildKernel({ file: join(folder, Object.keys(files)[0] ?? ""), manifest });
}

async function errorOf(run: Promise<unknown>): Promise<HeddleError> {
  const error: unknown = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof HeddleError) return error;
  throw new Error(`expected a HeddleError, not ${String(error)}`);
}

const linalg = `/** Small linear algebra. */

import { Shape } from "./shapes/shape";
export { scale as stretch } from "./shapes/shape";
/** A row-major matrix. */
export class Matrix {
  /** Its shape. */
  shape: Shape = new Shape();
  // not a doc comment
  /** Row by row.
   * As many as the shape says. */
  cellValues: StaticArray<f64> = [];
}

/**
 * Product of two matrices.
 * @param left m×k
 * @param rightOne k×n
 * @returns m×n
 */
export function matMul(left: Matrix, rightOne: Matrix): Matrix {
  return left.shape.rows > rightOne.shape.rows ? left : rightOne;
}

/** Nothing. @param on a switch */
export function rest(on: bool): void {}
`;
const shape = `export class Shape { rows: i32 = 0; cols: i32 = 0; }
/** Scales. */
export function scale(shape: Shape, by: i32): Shape { shape.rows *= by; return shape; }
`;

describe("buildKernel", () => {
  it("derives the service, its messages and their comments", async () => {
    const { name, schema } = await build({ "linear_algebra.ts": linalg, "shapes/shape.ts": shape });
    expect(name).toBe("linear_algebra");
    expect(schema).toMatchObject({
      package: "linear_algebra",
      service: "LinearAlgebraService",
      comment: "Small linear algebra.",
    });
    expect(schema.functions.map(({ name: own, method, comment }) => [own, method, comment])).toEqual([
      ["matMul", "MatMul", "Product of two matrices."],
      ["rest", "Rest", "Nothing."],
      ["stretch", "Stretch", "Scales."],
    ]);
    const [matMul, rest] = schema.functions;
    expect(matMul?.request.fullName).toBe("linear_algebra.MatMulRequest");
    expect(
      matMul?.request.fields.map(({ name: field, jsonName, number, comment }) => [
        field,
        jsonName,
        number,
        comment,
      ]),
    ).toEqual([
      ["left", "left", 1, "m×k"],
      ["right_one", "rightOne", 2, "k×n"],
    ]);
    const [value] = matMul?.response.fields ?? [];
    if (value?.kind !== "message") throw new Error("the result is a message");
    expect(value).toMatchObject({ name: "value", number: 1, comment: "m×n" });
    expect(value.message).toMatchObject({
      fullName: "linear_algebra.Matrix",
      comment: "A row-major matrix.",
    });
    expect(value.message.fields).toMatchObject([
      { name: "shape", comment: "Its shape." },
      {
        name: "cell_values",
        repeated: true,
        packed: true,
        comment: "Row by row.\nAs many as the shape says.",
      },
    ]);
    expect(rest?.request.fields).toMatchObject([{ name: "on", comment: "a switch" }]);
    expect(rest?.response.fields).toEqual([]);
  });

  it("gives the same bytes for the same sources in another folder, and no path of it", async () => {
    const files = { "linear_algebra.ts": linalg, "shapes/shape.ts": shape };
    const first = await build(files);
    const second = await build(files);
    expect(Buffer.compare(first.wasm, second.wasm)).toBe(0);
    expect(Buffer.from(first.wasm).includes(tmpdir())).toBe(false);
  });

  it("exports what the module contract names, and no global that a reset would have to restore", async () => {
    const { wasm } = await build({
      "plain.ts": "export function half(value: f64): f64 { return value / 2; }",
    });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(wasm)), {
      heddle: { fail: () => {}, log: () => {} },
    });
    expect(Object.keys(exports).sort()).toEqual(["half", "heddle_alloc", "memory"]);
  });

  it("makes a module that is admitted and runs with fresh state", async () => {
    const source = "let calls = 0;\nexport function count(by: i32): i32 { calls += by; return calls; }";
    const { wasm } = await build({ "counter.ts": source });
    const { module, plan, functions } = await loadKernel(wasm, digestOf(wasm));
    const instance = createInstance({ module, plan, functions, sinks: { log: () => {} } });
    for (let call = 0; call < 3; call++) {
      expect(instance.call(functions.indexOf("count"), Uint8Array.of(8, 5), 0, 2)).toBe(true);
      expect([
        ...instance.bytes.subarray(instance.resultAt, instance.resultAt + instance.resultSize),
      ]).toEqual([8, 5]);
    }
  });

  it("puts a sidecar over a comment and the caller over both", async () => {
    const source = `/* heddle { "timeLimitMs": 1, "memoryMaxBytes": 131072 } */\nexport function f(): void {}`;
    const sidecar = JSON.stringify({ timeLimitMs: 2, name: "renamed" });
    const { manifest, schema } = await build(
      { "kernel.ts": source, "heddle.json": sidecar },
      { timeLimitMs: 3 },
    );
    expect(manifest).toMatchObject({ name: "renamed", timeLimitMs: 3, memoryMaxBytes: 131_072 });
    expect(manifest.compiler).toMatch(/^assemblyscript \d+\.\d+\.\d+$/);
    expect(schema.service).toBe("RenamedService");
  });

  it("offers relaxed SIMD to a kernel that asks for it, which is then not deterministic", async () => {
    const body = `export function twice(a: f64): f64 {
  const lanes = f64x2.splat(a);
  return f64x2.extract_lane(f64x2.relaxed_madd(lanes, f64x2.splat(1), lanes), 0);
}`;
    const { wasm } = await build({
      "relaxed.ts": `/* heddle { "features": ["relaxed-simd"] } */\n${body}`,
    });
    expect(admitModule(wasm)).toMatchObject({ pure: true, deterministic: false });
    const { rawMessage } = await errorOf(build({ "relaxed.ts": body }));
    expect(rawMessage).toMatch(/^relaxed\.ts:3:\d+ .*'relaxed-simd' is not enabled; write .*"features"/);
  });

  const badManifests: readonly (readonly [string, string, Readonly<Record<string, string>>, RegExp])[] = [
    [
      "an unknown key in the sidecar",
      "BAD_MANIFEST",
      { "k.ts": "", "heddle.json": '{"timeout": 1}' },
      /unknown key "timeout"/,
    ],
    [
      "a sidecar that is no JSON",
      "BAD_MANIFEST",
      { "k.ts": "", "heddle.json": "{" },
      /heddle\.json: not JSON/,
    ],
    [
      "a sidecar that is no object",
      "BAD_MANIFEST",
      { "k.ts": "", "heddle.json": "[]" },
      /heddle\.json: must be a JSON object/,
    ],
    [
      "a comment that is no JSON",
      "BAD_MANIFEST",
      { "k.ts": "/* heddle { timeLimitMs: 1 } */" },
      /k\.ts, manifest comment: not JSON/,
    ],
    [
      "two manifest comments",
      "BAD_MANIFEST",
      { "k.ts": "/* heddle {} */ /* heddle {} */" },
      /2 manifest comments/,
    ],
    ["a file name that is no kernel name", "RESERVED_NAME", { "my-kernel.ts": "" }, /"my-kernel"/],
    ["a file that is not there", "BUILD_FAILED", {}, /cannot be read/],
  ];
  for (const [what, reason, files, message] of badManifests) {
    it(`refuses ${what}`, async () => {
      const error = await errorOf(build(files));
      expect(error.reason).toBe(reason);
      expect(error.rawMessage).toMatch(message);
    });
  }
});
