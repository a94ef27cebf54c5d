import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { functionDifferences, kernelDifferences } from "../../src/wire/schema-differences.ts";
import type { FieldDescriptor, FileDescriptorSet, MessageDescriptor } from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { readKernelSchema, type KernelSchema, type MessageType } from "../../src/wire/schema.ts";
import { fieldOf, messageOf, methodOf, setOf } from "../support/descriptor-builder.ts";
import { randomSet, randomValue } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

const schemaOf = (set: FileDescriptorSet): KernelSchema => readKernelSchema(writeDescriptorSet(set));

/** A kernel whose function takes a message `Ask` and gives a message `Answer`. */
function kernel(
  ask: readonly FieldDescriptor[],
  answer: readonly FieldDescriptor[] = [],
  more: { messages?: readonly MessageDescriptor[]; colors?: readonly (readonly [string, number])[] } = {},
): KernelSchema {
  const { messages = [], colors = [["NONE", 0] as const, ["RED", 1] as const] } = more;
  const method = methodOf("Call", ".test.Ask", ".test.Answer");
  const values = colors.map(([name, number]) => ({ name, number, comment: "" }));
  return schemaOf(
    setOf([messageOf("Ask", ask), messageOf("Answer", answer), ...messages], {
      services: [{ name: "TestService", methods: [method], comment: "" }],
      enums: [{ name: "Color", values, comment: "" }],
    }),
  );
}

/** A kernel with these methods over one message. */
function methods(...names: string[]): KernelSchema {
  const list = names.map((name) => methodOf(name, ".test.Ask", ".test.Ask"));
  return schemaOf(
    setOf([messageOf("Ask", [])], { services: [{ name: "TestService", methods: list, comment: "" }] }),
  );
}

const x = fieldOf("x", 1, "int32");
const color = { typeName: ".test.Color" };
const repeated = { label: "repeated" } as const;

describe("kernelDifferences", () => {
  it("finds none between a schema and itself", () => {
    const same = kernel([x, fieldOf("c", 2, "enum", color)], [fieldOf("value", 1, "double")]);
    expect(kernelDifferences(same, same)).toEqual([]);
  });

  it("takes functions that are added and names those that are gone", () => {
    expect(kernelDifferences(methods("Call"), methods("Call", "More"))).toEqual([]);
    expect(kernelDifferences(methods("Call", "More"), methods("Call"))).toEqual([
      'function "more" is gone: keep it for those who call it',
    ]);
  });

  it("refuses another service and another case of a method, which change gRPC paths", () => {
    const before = methods("Call");
    expect(kernelDifferences(before, { ...before, service: "Other" })).toEqual([
      "its service test.TestService is called test.Other now: its gRPC methods would have other paths",
    ]);
    expect(kernelDifferences(methods("Call"), methods("call"))).toEqual([
      "method Call is called call now: its gRPC path would change",
    ]);
  });

  it.each<[string, readonly FieldDescriptor[], readonly FieldDescriptor[]]>([
    ["a field is added", [x], [x, fieldOf("y", 2, "string")]],
    ["a message gets its first field", [], [x]],
    ["a field gets presence", [x], [{ ...x, proto3Optional: true }]],
    ["packing changes", [{ ...x, ...repeated, packed: true }], [{ ...x, ...repeated, packed: false }]],
    ["fields change their places", [x, fieldOf("y", 2, "bool")], [fieldOf("y", 2, "bool"), x]],
  ])("finds none when %s, in requests and in responses", (_what, before, after) => {
    expect(kernelDifferences(kernel(before), kernel(after))).toEqual([]);
    expect(kernelDifferences(kernel([], before), kernel([], after))).toEqual([]);
  });

  it.each<[string, readonly FieldDescriptor[], readonly FieldDescriptor[], string]>([
    ["field gone", [x], [], "(1) is gone: keep it, unused if need be"],
    ["renamed", [x], [fieldOf("y", 1, "int32")], "(1) is called y now: JSON and SDK callers go by names"],
    ["number reused", [x], [fieldOf("y", 1, "string")], "(1) gave its number to the string field y"],
    ["moved", [x], [fieldOf("x", 2, "int32")], "(1) has the number 2 now: give it its old one with @field 1"],
    ["type", [x], [fieldOf("x", 1, "string")], "(1) was int32 and is string now"],
    ["signedness", [x], [fieldOf("x", 1, "uint32")], "(1) was int32 and is uint32 now"],
    ["zigzag", [x], [fieldOf("x", 1, "sint32")], "(1) was int32 and is sint32 now"],
    ["width", [fieldOf("x", 1, "double")], [fieldOf("x", 1, "float")], "(1) was double and is float now"],
    ["label", [x], [{ ...x, ...repeated }], "(1) was int32 and is repeated int32 now"],
    ["text", [fieldOf("x", 1, "string")], [fieldOf("x", 1, "bytes")], "(1) was string and is bytes now"],
    ["JSON name", [x], [{ ...x, jsonName: "z" }], "(1) is called z in JSON now and was x"],
    [
      "message to enum",
      [fieldOf("x", 1, "message", { typeName: ".test.Answer" })],
      [fieldOf("x", 1, "enum", color)],
      "(1) was test.Answer and is test.Color now",
    ],
  ])("refuses a change of %s", (_what, before, after, said) => {
    expect(kernelDifferences(kernel(before), kernel(after))).toEqual([
      expect.stringContaining(`field test.Ask.x ${said}`),
    ]);
    expect(kernelDifferences(kernel([], before), kernel([], after)).length).toBeGreaterThan(0);
  });

  it.each([
    ["int32", "int64"],
    ["uint32", "uint64"],
    ["uint32", "int64"],
    ["sint32", "sint64"],
  ] as const)("lets a parameter grow from %s to %s, but no result, and neither shrink", (narrow, wide) => {
    const [small, large] = [[fieldOf("x", 1, narrow)], [fieldOf("x", 1, wide)]];
    expect(kernelDifferences(kernel(small), kernel(large))).toEqual([]);
    expect(kernelDifferences(kernel(large), kernel(small))).toHaveLength(1);
    expect(kernelDifferences(kernel([], small), kernel([], large))).toHaveLength(1);
  });

  it("lets an int32 parameter become an enum, but not the other way round", () => {
    const numbered = kernel([x]);
    const named = kernel([fieldOf("x", 1, "enum", color)]);
    expect(kernelDifferences(numbered, named)).toEqual([]);
    expect(kernelDifferences(named, numbered)).toHaveLength(1);
  });

  it("takes enum values that are added and refuses those that go, move or change their name", () => {
    const field = [fieldOf("c", 1, "enum", color)];
    const before = kernel(field);
    const with_ = (...colors: (readonly [string, number])[]) => kernel(field, [], { colors });
    expect(kernelDifferences(before, with_(["NONE", 0], ["RED", 1], ["BLUE", 2]))).toEqual([]);
    expect(kernelDifferences(before, with_(["NONE", 0]))).toEqual([
      "field test.Ask.c (1) uses value RED (1) of enum test.Color, which is gone: keep the value",
    ]);
    expect(kernelDifferences(before, with_(["NONE", 0], ["RED", 2]))).toEqual([
      "field test.Ask.c (1) uses value RED (1) of enum test.Color, which is 2 now: keep its number",
    ]);
    expect(kernelDifferences(before, with_(["NONE", 0], ["CRIMSON", 1]))).toHaveLength(1);
  });

  it("looks into messages that fields refer to, once, however they refer to one another", () => {
    const child = (type: "double" | "string") => [
      messageOf("Tree", [
        fieldOf("left", 1, "message", { typeName: ".test.Tree" }),
        fieldOf("ask", 2, "message", { typeName: ".test.Ask" }),
        fieldOf("leaf", 3, type),
      ]),
    ];
    const tree = [fieldOf("tree", 1, "message", { typeName: ".test.Tree", ...repeated })];
    const before = kernel(tree, tree, { messages: child("double") });
    expect(kernelDifferences(before, kernel(tree, tree, { messages: child("double") }))).toEqual([]);
    expect(kernelDifferences(before, kernel(tree, tree, { messages: child("string") }))).toEqual([
      expect.stringContaining("field test.Tree.leaf (3) was double and is string now"),
    ]);
  });

  it("takes a field into a oneof of new fields and refuses it beside old ones", () => {
    const inChoice = { oneofIndex: 0 };
    const oneofs = [{ name: "choice", comment: "" }];
    const with_ = (...fields: FieldDescriptor[]) => schemaOf(setOf([messageOf("Ask", fields, { oneofs })]));
    const y = fieldOf("y", 2, "int32");
    const loose = schemaOf(setOf([messageOf("Ask", [x, y])]));
    const fresh = fieldOf("z", 3, "bool", inChoice);
    expect(kernelDifferences(loose, with_({ ...x, ...inChoice }, y, fresh))).toEqual([]);
    const both = with_({ ...x, ...inChoice }, { ...y, ...inChoice });
    expect(kernelDifferences(loose, both)).toHaveLength(2);
    expect(kernelDifferences(both, loose)).toHaveLength(2);
  });

  it("says the same thing once, though many functions share a message", () => {
    const service = (type: "int32" | "string") =>
      schemaOf(
        setOf([messageOf("Ask", [fieldOf("x", 1, type)])], {
          services: [
            {
              name: "TestService",
              comment: "",
              methods: ["One", "Two"].map((name) => methodOf(name, ".test.Ask", ".test.Ask")),
            },
          ],
        }),
      );
    expect(kernelDifferences(service("int32"), service("string"))).toHaveLength(1);
  });
});

describe("functionDifferences", () => {
  it("lets callers of the old schema be understood whenever it finds nothing", () => {
    let fits = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = createSeededRandom(seed);
        const before = randomSet(random);
        const after = changed(before, random.next(), random.next());
        const [old] = schemaOf(before).functions;
        const [now] = schemaOf(after).functions;
        if (old === undefined || now === undefined) throw new Error("setOf makes one function");
        if (functionDifferences(old, now).length > 0) return;
        fits++;
        for (let left = 0; left < 5; left++) {
          arrives(encodeMessage(old.request, randomValue(random, old.request)), old.request, now.request);
          arrives(encodeMessage(now.response, randomValue(random, now.response)), now.response, old.response);
        }
      }),
      { seed: testSeed, numRuns: 400 },
    );
    expect(fits, `seed ${testSeed}`).toBeGreaterThan(20);
  });
});

/** What both schemas know of a message reads the same by either. */
function arrives(bytes: Uint8Array, writer: MessageType, reader: MessageType): void {
  const sent = decodeMessage(writer, bytes);
  const got = decodeMessage(reader, bytes);
  expect(common(got, writer, reader)).toEqual(common(sent, writer, reader));
}

/** The fields both types have, with numbers of either width alike. */
function common(value: unknown, left: MessageType, right: MessageType): unknown {
  const found: Record<string, unknown> = {};
  for (const field of left.fields) {
    const other = right.fieldsByNumber.get(field.number);
    if (other === undefined) continue;
    const part = (value as Record<string, unknown>)[field.jsonName]; // decodeMessage gives an object
    const one = (item: unknown): unknown => {
      if (field.kind === "message" && other.kind === "message" && item !== undefined && item !== null)
        return common(item, field.message, other.message);
      return typeof item === "bigint" ? Number(item) : item;
    };
    found[field.jsonName] = Array.isArray(part) ? part.map(one) : one(part);
  }
  return found;
}

/** A set with one field of one message changed in some way. */
function changed(set: FileDescriptorSet, how: number, where: number): FileDescriptorSet {
  const [file] = set.files;
  if (file === undefined) throw new Error("setOf makes one file");
  const at = Math.floor(where * file.messages.length);
  const messages = file.messages.map((message, index) =>
    index === at ? { ...message, fields: changedFields(message.fields, how) } : message,
  );
  return { files: [{ ...file, messages }] };
}

function changedFields(fields: readonly FieldDescriptor[], how: number): readonly FieldDescriptor[] {
  const [first, ...rest] = fields;
  if (how < 0.25 || first === undefined) return [...fields, fieldOf("added", 20_000, "string")];
  const { packed: _, ...loose } = first;
  if (how < 0.4) return rest;
  if (how < 0.5) return [{ ...first, name: "renamed" }, ...rest];
  if (how < 0.6) return [{ ...first, number: 20_000 }, ...rest];
  if (how < 0.9) {
    const type = first.type === "int32" ? "int64" : first.type === "uint32" ? "uint64" : "sint64";
    return [{ ...loose, type, typeName: "" }, ...rest];
  }
  return [{ ...loose, label: first.label === "repeated" ? "optional" : first.label }, ...rest];
}
