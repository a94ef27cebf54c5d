import { describe, expect, it } from "vitest";
import type { FieldDescriptor, FileDescriptorSet } from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { readKernelSchema } from "../../src/wire/schema.ts";
import { fieldOf, messageOf, methodOf, setOf, typeWith } from "../support/descriptor-builder.ts";

function read(set: FileDescriptorSet) {
  return readKernelSchema(writeDescriptorSet(set));
}

const repeated = { label: "repeated" } as const;
const color = { name: "Color", comment: "", values: [{ name: "NONE", number: 0, comment: "" }] };

function service(...methods: ReturnType<typeof methodOf>[]) {
  return { services: [{ name: "TestService", methods, comment: "" }] };
}

function withFields(...fields: FieldDescriptor[]): FileDescriptorSet {
  return setOf([messageOf("Thing", fields)], { enums: [color] });
}

describe("readKernelSchema", () => {
  it("names functions after methods, with a lower first letter", () => {
    const thing = messageOf("Thing", []);
    const methods = ["Matmul", "SolveLU", "solve_lu", "X"].map((name) =>
      methodOf(name, ".test.Thing", ".test.Thing"),
    );
    const bytes = writeDescriptorSet(setOf([thing], service(...methods)));
    const schema = readKernelSchema(bytes);
    expect(schema).toMatchObject({ package: "test", service: "TestService" });
    expect(schema.bytes).toBe(bytes);
    expect(schema.functions.map(({ name }) => name)).toEqual(["matmul", "solveLU", "solve_lu", "x"]);
    expect(schema.functions.map(({ method }) => method)).toEqual(["Matmul", "SolveLU", "solve_lu", "X"]);
  });

  it("links types to themselves and to one another, fields by number", () => {
    const type = typeWith(
      [
        fieldOf("next_thing", 7, "message", { typeName: ".test.Thing", comment: "The next." }),
        fieldOf("color", 2, "enum", { typeName: ".test.Color" }),
        fieldOf("data", 5, "double", repeated),
        fieldOf("names", 6, "string", repeated),
      ],
      { enums: [color] },
    );
    expect(type.fields.map(({ name }) => name)).toEqual(["color", "data", "names", "next_thing"]);
    const next = type.fieldsByNumber.get(7);
    expect(next).toMatchObject({ kind: "message", presence: true, packed: false, comment: "The next." });
    expect(next?.kind === "message" && next.message).toBe(type);
    expect(type.fieldsByName.get("nextThing")).toBe(next);
    expect(type.fieldsByName.get("next_thing")).toBe(next);
    expect(type.fieldsByName.get("data")).toMatchObject({ kind: "scalar", type: "double", packed: true });
    expect(type.fieldsByName.get("names")).toMatchObject({ packed: false });
  });

  it("links a chain of thousands of types", () => {
    const messages = Array.from({ length: 8_000 }, (_none, index) =>
      messageOf(`M${index}`, [fieldOf("next", 1, "message", { typeName: `.test.M${(index + 1) % 8_000}` })]),
    );
    let type = read(setOf(messages)).functions[0]?.request;
    for (let steps = 0; steps < 8_000; steps++) {
      const field = type?.fields[0];
      type = field?.kind === "message" ? field.message : undefined;
    }
    expect(type?.fullName).toBe("test.M0");
  });

  it("does not mind proto2 and maps that the service does not reach", () => {
    const set = setOf([messageOf("Thing", []), messageOf("Entry", [], { mapEntry: true })]);
    const old = { ...setOf([messageOf("Old", [])]).files, package: "old", syntax: "" };
    const [file] = setOf([messageOf("Old", [fieldOf("x", 1, "group")])], { ...old, services: [] }).files;
    expect(read({ files: [...set.files, ...(file === undefined ? [] : [file])] }).functions).toHaveLength(1);
  });

  it.each<[string, FileDescriptorSet, string]>([
    ["no file", { files: [] }, "one service is needed; there is none"],
    ["no service", setOf([messageOf("Thing", [])], { services: [] }), "one service is needed; there is none"],
    [
      "two services",
      { files: [...withFields().files, ...setOf([messageOf("Other", [])], { package: "b" }).files] },
      "one service is needed; there are TestService, TestService",
    ],
    ["a service without methods", setOf([], service()), "service TestService has no methods"],
    [
      "a streaming method",
      setOf([messageOf("T", [])], service(methodOf("A", ".test.T", ".test.T", { serverStreaming: true }))),
      "method TestService.A is streaming",
    ],
    [
      "two methods of one function",
      setOf(
        [messageOf("T", [])],
        service(methodOf("A", ".test.T", ".test.T"), methodOf("a", ".test.T", ".test.T")),
      ),
      'service TestService has two methods for the function "a"',
    ],
    [
      "a request that is not there",
      setOf([], service(methodOf("A", ".test.T", ".test.T"))),
      'method TestService.A refers to the type "test.T", which is not declared',
    ],
    [
      "a request that is an enum",
      setOf([], { enums: [color], ...service(methodOf("A", ".test.Color", ".test.Color")) }),
      "method TestService.A needs a message type; test.Color is an enum",
    ],
    [
      "a type without a leading dot",
      withFields(fieldOf("a", 1, "message", { typeName: "Thing" })),
      'field test.Thing.a refers to the type "Thing"; a full name',
    ],
    [
      "a type that is not there",
      withFields(fieldOf("a", 1, "message", { typeName: ".test.No" })),
      'field test.Thing.a refers to the type "test.No"',
    ],
    [
      "a type named constructor",
      withFields(fieldOf("a", 1, "message", { typeName: ".constructor" })),
      'field test.Thing.a refers to the type "constructor"',
    ],
    [
      "an enum field of a message",
      withFields(fieldOf("a", 1, "enum", { typeName: ".test.Thing" })),
      "field test.Thing.a needs an enum type; test.Thing is a message",
    ],
    [
      "a message field of an enum",
      withFields(fieldOf("a", 1, "message", { typeName: ".test.Color" })),
      "field test.Thing.a needs a message type",
    ],
    [
      "a group",
      withFields(fieldOf("a", 1, "group", { typeName: ".test.Thing" })),
      "field test.Thing.a is a group",
    ],
    [
      "a required field",
      withFields(fieldOf("a", 1, "int32", { label: "required" })),
      "field test.Thing.a is required",
    ],
    [
      "field number 0",
      withFields(fieldOf("a", 0, "int32")),
      "field test.Thing.a has the number 0; field numbers go from 1 to 536870911",
    ],
    [
      "a negative field number",
      withFields(fieldOf("a", -1, "int32")),
      "field test.Thing.a has the number -1",
    ],
    [
      "a field number above the range",
      withFields(fieldOf("a", 2 ** 29, "int32")),
      "field test.Thing.a has the number 536870912",
    ],
    [
      "a reserved field number",
      withFields(fieldOf("a", 19_500, "int32")),
      "field test.Thing.a has the number 19500, which protobuf keeps",
    ],
    [
      "a number twice",
      withFields(fieldOf("a", 1, "int32"), fieldOf("b", 1, "int32")),
      "fields a and b of test.Thing have the same number, 1",
    ],
    [
      "a name twice",
      withFields(fieldOf("a", 1, "int32"), fieldOf("a", 2, "int32")),
      'fields a and a of test.Thing have the same name, "a"',
    ],
    [
      "a JSON name twice",
      withFields(fieldOf("a_b", 1, "int32"), fieldOf("aB", 2, "int32")),
      'fields a_b and aB of test.Thing have the same name, "aB"',
    ],
    [
      "a oneof that is not there",
      withFields(fieldOf("a", 1, "int32", { oneofIndex: 3 })),
      "field test.Thing.a is in oneof 3, which is not there",
    ],
    [
      "a list that is optional",
      withFields(fieldOf("a", 1, "int32", { ...repeated, proto3Optional: true })),
      "field test.Thing.a is repeated and optional at once",
    ],
    [
      "a map whose entry has no key",
      setOf([
        messageOf("Thing", [fieldOf("m", 1, "message", { ...repeated, typeName: ".test.Thing.MEntry" })], {
          messages: [messageOf("MEntry", [], { mapEntry: true })],
        }),
      ]),
      "test.Thing.MEntry is the entry of a map, but not a key (integer, bool or string) and a value",
    ],
    [
      "a map's entry in a field that is no map",
      setOf([
        messageOf("Thing", [fieldOf("m", 1, "message", { typeName: ".test.Thing.MEntry" })], {
          messages: [
            messageOf("MEntry", [fieldOf("key", 1, "string"), fieldOf("value", 2, "string")], {
              mapEntry: true,
            }),
          ],
        }),
      ]),
      "field test.Thing.m uses test.Thing.MEntry, which is the entry of another map",
    ],
    [
      "proto2",
      setOf([messageOf("Thing", [])], { syntax: "" }),
      'message test.Thing is declared in "test.proto" with the syntax proto2; only proto3',
    ],
    [
      "editions",
      setOf([messageOf("Thing", [])], { syntax: "editions" }),
      'message test.Thing is declared in "test.proto" with the syntax "editions"; only',
    ],
    [
      "a type declared twice",
      setOf([messageOf("Thing", []), messageOf("Thing", [])]),
      "the type test.Thing is declared twice",
    ],
    [
      "a full name that is too long",
      setOf([messageOf("M".repeat(300), [], { messages: [messageOf("N".repeat(300), [])] })]),
      "the full name",
    ],
    [
      "an enum that does not begin with 0",
      withColor([["RED", 1]]),
      "enum test.Color must begin with a value that is 0",
    ],
    ["an enum without values", withColor([]), "enum test.Color must begin with a value that is 0"],
    [
      "an enum value twice",
      withColor([
        ["RED", 0],
        ["RED", 1],
      ]),
      "enum test.Color has two values named RED",
    ],
  ])("refuses %s", (_title, set, said) => {
    expect(() => read(set)).toThrow(`[INVALID_ARGUMENT BAD_DESCRIPTOR] descriptor: ${said}`);
  });
});

function withColor(values: readonly (readonly [string, number])[]): FileDescriptorSet {
  const listed = values.map(([name, number]) => ({ name, number, comment: "" }));
  const thing = messageOf("Thing", [fieldOf("c", 1, "enum", { typeName: ".test.Color" })]);
  return setOf([thing], { enums: [{ name: "Color", values: listed, comment: "" }] });
}
