import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { generateTypes, kernelTypeName, typesOfFunction } from "../../src/compiler/typegen.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import type { FileDescriptor } from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { readKernelSchema, type KernelSchema } from "../../src/wire/schema.ts";
import { fieldOf, messageOf, setOf } from "../support/descriptor-builder.ts";
import { kernelModule } from "../support/kernels.ts";
import { randomSet } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { typeCheck } from "../support/type-check.ts";

let types: KernelSchema;
beforeAll(async () => {
  types = admitModule(await kernelModule("types")).schema;
});

/** The lines of a declaration, without those around it. */
function declaration(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^export (interface|type) ${name}\\b`).test(line));
  const end = lines.findIndex(
    (line, index) => index >= start && /^\}|;$/.test(line) && !line.startsWith(" "),
  );
  return lines.slice(start, end + 1).map((line) => line.trim());
}

function schemaWith(messages: FileDescriptor["messages"], extra: Partial<FileDescriptor> = {}): KernelSchema {
  return readKernelSchema(writeDescriptorSet(setOf(messages, extra)));
}

describe("generateTypes", () => {
  it("gives each function its parameters and its result", () => {
    expect(
      declaration(generateTypes(types, { name: "types" }), "TypesKernel").filter((line) => /^\w/.test(line)),
    ).toEqual([
      "export interface TypesKernel {",
      "scalars(input: ScalarsRequest): Promise<Scalars>;",
      "arrays(input: ArraysRequest): Promise<Arrays>;",
      "tree(input?: TreeRequest): Promise<Tree | undefined>;",
      "defaults(input: DefaultsRequest): Promise<Defaults>;",
      "many(input: ManyRequest): Promise<Many>;",
      "nothing(input?: NothingRequest): Promise<void>;",
      "negate(input: NegateRequest): Promise<number>;",
    ]);
  });

  it("has what a value is decoded to, and what may be encoded as one", () => {
    const text = generateTypes(types, { name: "types" });
    expect(declaration(text, "Tree")).toEqual([
      "export interface Tree {",
      "label: string;",
      "left?: Tree;",
      "children: Tree[];",
      "scalars?: Scalars;",
      "point: Point;",
      "}",
    ]);
    expect(declaration(text, "TreeInput")).toContain("left?: TreeInput | null | undefined;");
    expect(declaration(text, "Arrays")).toEqual(
      expect.arrayContaining(["doubles: Float64Array;", "longs: bigint[];", "hues: (Hue | number)[];"]),
    );
    expect(declaration(text, "ArraysInput")).toEqual(
      expect.arrayContaining([
        "doubles?: Float64Array | readonly number[] | undefined;",
        "ints?: Int32Array | readonly number[] | undefined;",
        "longs?: BigInt64Array | readonly (bigint | number)[] | undefined;",
        "blobs?: readonly (ArrayBufferView | ArrayBufferLike)[] | undefined;",
      ]),
    );
    expect(declaration(text, "ManyRequest")).toEqual(
      expect.arrayContaining(["/** first */", "a: number;", "tree: TreeInput;"]),
    );
    expect(declaration(text, "NothingRequest")).toEqual([
      "export type NothingRequest = Record<string, never>;",
    ]);
    expect(text).toContain("  /**\n   * Many parameters at once.\n   * @returns the same\n   */\n  many(");
  });

  it("lets parameters be left out where asked to", () => {
    const text = generateTypes(types, { name: "types", optionalParameters: true });
    expect(declaration(text, "NegateRequest")).toContain("value?: number | undefined;");
    expect(text).toContain("negate(input?: NegateRequest)");
  });

  it("gives names that mean something in TypeScript an underscore, and keeps equal names apart", () => {
    const names = ["Promise", "Float64Array", "string", "TestKernel", "Outer_Inner"];
    const outer = messageOf(
      "Outer",
      [fieldOf("new", 1, "string"), fieldOf("odd", 2, "string", { jsonName: "a-b" })],
      {
        messages: [messageOf("Inner", [fieldOf("x", 1, "bool")])],
      },
    );
    const fields = [...names, "Outer", "Outer.Inner"].map((name, index) =>
      fieldOf(`f${index}`, index + 1, "message", { typeName: `.test.${name}` }),
    );
    const text = generateTypes(
      schemaWith([messageOf("Thing", fields), outer, ...names.map((name) => messageOf(name, []))]),
      { name: "test" },
    );
    expect(declaration(text, "ThingOutput")).toEqual([
      "export interface ThingOutput {",
      ...["Promise_", "Float64Array_", "string_", "TestKernel_", "Outer_Inner", "Outer", "Outer_Inner_"].map(
        (name, index) => `f${index}: ${name};`,
      ),
      "}",
    ]);
    expect(declaration(text, "Outer")).toEqual(expect.arrayContaining(['"new": string;', '"a-b": string;']));
    expect(check({ "test.d.ts": text })).toBe("");
  });

  it("does not let a comment end itself", () => {
    const comment = "*/ export type Evil = 1; /*\r*/\u2028*/";
    const text = generateTypes(
      schemaWith([messageOf("Thing", [fieldOf("a", 1, "bool", { comment })], { comment })]),
      {
        name: "test",
      },
    );
    expect(
      check({
        "test.d.ts": text,
        "use.ts": 'import type { Evil } from "./test.d.ts"; export type X = Evil;',
      }),
    ).toMatch(/has no exported member 'Evil'/);
  });

  it("gives what TypeScript takes, whatever the types", () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 60; index++) {
      const set = randomSet(createSeededRandom(testSeed + index));
      const text = generateTypes(readKernelSchema(writeDescriptorSet(set)), { name: `k${index}` });
      files[`k${index}.d.ts`] = text;
      const type = kernelTypeName(`k${index}`);
      files[`use${index}.ts`] = `import type { ${type} } from "./k${index}.d.ts";
         export const again = async (kernel: ${type}, input: Parameters<${type}["call"]>[0]) => kernel.call(input);`;
    }
    expect(check(files), `HEDDLE_SEED=${testSeed}`).toBe("");
  });
});

describe("typesOfFunction", () => {
  it("tells parameters with what is said of them, and the result", () => {
    const [, , tree, , many] = types.functions.map((fn) => typesOfFunction(types, fn, { name: "types" }));
    const value = { name: "value", type: "Tree", optional: true, comment: "" };
    expect(tree).toEqual({ parameters: [value], result: "Tree | undefined" });
    expect(many?.parameters[0]).toEqual({ name: "a", type: "number", optional: false, comment: "first" });
  });
});

function check(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return typeCheck(folder, Object.keys(files));
}
