import { beforeAll, describe, expect, it } from "vitest";
import { admitModule } from "../../src/kernel/admission.ts";
import { functionSignature } from "../../src/wire/function-signature.ts";
import type { KernelSchema } from "../../src/wire/schema.ts";
import { kernelModule } from "../support/kernels.ts";

let schema: KernelSchema;
beforeAll(async () => {
  schema = admitModule(await kernelModule("types")).schema;
});

describe("functionSignature", () => {
  it.each([
    ["nothing", "nothing(): void"],
    ["negate", "negate(value: double): double"],
    ["tree", "tree(value: Tree): Tree"],
    [
      "many",
      "many(a: double, b: int32, c: uint64, on: bool, text: string, data: bytes, doubles: double[], points: Point[], tree: Tree, hue: Hue): Many",
    ],
  ])("puts %s in a line", (name, signature) => {
    const fn = schema.functions.find((each) => each.name === name);
    expect(fn && functionSignature(fn)).toBe(signature);
  });
});
