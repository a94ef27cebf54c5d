import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadSync } from "@grpc/proto-loader";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom, type Random } from "../../src/base/random.ts";
import {
  jsonNameOf,
  type FieldDescriptor,
  type FileDescriptor,
  type FileDescriptorSet,
  type MessageDescriptor,
} from "../../src/wire/descriptor.ts";
import { printProtoFiles, printTypes } from "../../src/wire/proto-text.ts";
import { fieldOf, messageOf, methodOf, setOf } from "../support/descriptor-builder.ts";
import { parsedProto } from "../support/parsed-proto.ts";
import { randomSet } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The only file of a set, printed. */
function print(set: FileDescriptorSet): string {
  const [file, ...more] = printProtoFiles(set);
  expect(more).toEqual([]);
  return file?.text ?? "";
}

/** A file in the form that parsing gives: JSON names written out, fields by number, oneofs by their first member. */
function normal(file: FileDescriptor): unknown {
  return { ...file, comment: "", messages: file.messages.map(normalMessage) };
}

function normalMessage(message: MessageDescriptor): unknown {
  const oneofOf = ({ oneofIndex }: FieldDescriptor) =>
    oneofIndex === undefined ? {} : { oneof: message.oneofs[oneofIndex] };
  const fields = message.fields
    .map((field) => ({ ...field, ...oneofOf(field), oneofIndex: undefined }))
    .map((field) => ({ ...field, jsonName: field.jsonName || jsonNameOf(field.name) }))
    .toSorted((a, b) => a.number - b.number);
  const messages = message.messages.map(normalMessage);
  return { ...message, fields, messages, oneofs: undefined };
}

/** Names that are also words of the language, of the types around them, or of nothing. */
const awkward = ["message", "First", "string", "optional", "Color", "test", "Call", "max", "ok", "Inner"];

/** A random set with awkward names, comments, nested types and reservations. */
function decorated(random: Random): FileDescriptorSet {
  const below = (bound: number): number => Math.floor(random.next() * bound);
  const [file] = randomSet(random).files;
  if (file === undefined) throw new Error("randomSet makes one file");
  const comment = () => ["", "One line.", 'Two\nlines: */ // "', "Three,\n\nüñ"][below(4)] ?? "";
  const messages = file.messages.map((message) => {
    const names = new Set(awkward.filter(() => random.next() < 0.3));
    const fields = message.fields.map((field) => {
      const [name = field.name] = names;
      names.delete(name);
      const jsonName = random.next() < 0.2 ? `x${field.number}` : "";
      return { ...field, name: field.proto3Optional ? field.name : name, jsonName, comment: comment() };
    });
    const deep = messageOf("Deep", [fieldOf("up", 1, "message", { typeName: `.test.${message.name}` })]);
    const messages = random.next() < 0.5 ? [{ ...deep, comment: comment() }] : [];
    const number = 17_000 + below(1000);
    const reserved = { ranges: [{ first: number, last: number + below(2) * 7 }], names: ["gone", "lost"] };
    const oneofs = message.oneofs.map((oneof) =>
      oneof.name === "choice" ? { ...oneof, comment: comment() } : oneof,
    );
    return {
      ...message,
      fields,
      messages,
      oneofs,
      comment: comment(),
      ...(below(2) === 0 ? {} : { reserved }),
    };
  });
  return { files: [{ ...file, messages }] };
}

describe("printProtoFiles", () => {
  it("prints what protobufjs reads back as the same file", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const set = decorated(createSeededRandom(seed));
        const text = print(set);
        expect(normal(parsedProto(text)), text).toEqual(normal(set.files[0] as FileDescriptor));
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });
});

/** The lines of a message or enum of the only file, without what is around them. */
function declared(set: FileDescriptorSet): string {
  return print(set)
    .replace(/^[\s\S]*?\n\n(?=(?:\/\/.*\n)*(?:message|enum))/, "")
    .trimEnd();
}

const field = fieldOf("a", 1, "int32");

describe("printProtoFiles, element by element", () => {
  it.each<[string, FileDescriptorSet, string]>([
    ["an empty message", setOf([messageOf("A", [])]), "message A {}"],
    [
      "a map",
      setOf([
        messageOf(
          "A",
          [fieldOf("by_name", 4, "message", { label: "repeated", typeName: ".test.A.ByNameEntry" })],
          {
            messages: [
              messageOf(
                "ByNameEntry",
                [fieldOf("key", 1, "string"), fieldOf("value", 2, "message", { typeName: ".test.A" })],
                {
                  mapEntry: true,
                },
              ),
            ],
          },
        ),
      ]),
      "message A {\n  map<string, A> by_name = 4;\n}",
    ],
    [
      "numbers and names that are reserved",
      setOf([
        messageOf("A", [field], {
          reserved: {
            ranges: [
              { first: 2, last: 2 },
              { first: 5, last: 9 },
              { first: 100, last: 536_870_911 },
            ],
            names: ["x", "y"],
          },
        }),
      ]),
      'message A {\n  reserved 2, 5 to 9, 100 to max;\n  reserved "x", "y";\n  int32 a = 1;\n}',
    ],
    [
      "an option for each thing that differs from the default",
      setOf([
        messageOf("A", [
          fieldOf("a_b", 1, "int32", { label: "repeated", packed: false, jsonName: 'x"\\\n' }),
          fieldOf("c_d", 2, "int32", { jsonName: "cD" }),
        ]),
      ]),
      'message A {\n  repeated int32 a_b = 1 [packed = false, json_name = "x\\"\\\\\\012"];\n  int32 c_d = 2;\n}',
    ],
    [
      "an enum with two names for a number",
      setOf([], {
        services: [],
        enums: [
          { name: "E", comment: "", values: ["X", "Y"].map((name) => ({ name, number: 0, comment: "" })) },
        ],
      }),
      "enum E {\n  option allow_alias = true;\n  X = 0;\n  Y = 0;\n}",
    ],
    [
      "full names where a short one means two things",
      setOf([
        messageOf("A", [fieldOf("a", 1, "message", { typeName: ".test.A.A" })], {
          messages: [messageOf("A", [])],
        }),
      ]),
      "message A {\n  .test.A.A a = 1;\n  message A {}\n}",
    ],
  ])("prints %s", (_what, set, text) => {
    expect(declared(set)).toBe(text);
    expect(normal(parsedProto(print(set)))).toMatchObject({ package: "test" });
  });

  it("is not misled by a method that is called like a type", () => {
    const text = print(
      setOf([messageOf("Call", [fieldOf("next", 1, "message", { typeName: ".test.Call" })])]),
    );
    expect(text).toContain("rpc Call(.test.Call) returns (.test.Call);");
    expect(text).toContain("  Call next = 1;");
    expect(parsedProto(text).messages[0]?.fields[0]?.typeName).toBe(".test.Call");
  });

  it("keeps a comment a comment, whatever is in it", () => {
    const comment = "a\r}\rmessage Evil {}\u2028} */ \u0000 \f}\n\n\\";
    const text = print(setOf([messageOf("A", [{ ...field, comment }], { comment })], { comment }));
    const outside = text.split("\n").filter((line) => !/^ *\/\//.test(line));
    expect(outside.join("\n")).not.toMatch(/Evil|\*\//);
    expect(text).not.toContain("\u0000");
    expect(parsedProto(text).messages.map(({ name }) => name)).toEqual(["A"]);
  });

  it("prints the streams of a service that is no kernel's", () => {
    const streams = { clientStreaming: true, serverStreaming: true };
    const methods = [methodOf("Call", ".test.A", ".test.A", streams)];
    const text = print(setOf([messageOf("A", [])], { services: [{ name: "S", methods, comment: "Said." }] }));
    expect(text).toContain("// Said.\nservice S {\n  rpc Call(stream A) returns (stream A);\n}");
  });

  it("prints the files that are needed with what they are needed for, and no others", () => {
    const [main] = setOf(
      [messageOf("A", [fieldOf("when", 1, "message", { typeName: ".other.deep.When" })])],
      {
        dependencies: ["unused.proto", "other/when.proto"],
      },
    ).files;
    const named = (name: string, extra: Partial<FileDescriptor>) =>
      setOf([], { name, services: [], ...extra }).files;
    const when = messageOf("When", [fieldOf("zone", 1, "enum", { typeName: ".zone.Zone" })]);
    const zone = { name: "Zone", comment: "", values: [{ name: "UTC", number: 0, comment: "" }] };
    const files = printProtoFiles({
      files: [
        ...named("unused.proto", { package: "unused" }),
        ...named("zone.proto", { package: "zone", enums: [zone] }),
        ...named("other/when.proto", { package: "other.deep", messages: [when] }),
        ...(main === undefined ? [] : [main]),
      ],
    });
    expect(files.map(({ name }) => name)).toEqual(["test.proto", "other/when.proto", "zone.proto"]);
    const folder = temporaryFolder();
    for (const { name, text } of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const loaded = loadSync("test.proto", { includeDirs: [folder] });
    expect(Object.keys(loaded).toSorted()).toEqual([
      "other.deep.When",
      "test.A",
      "test.TestService",
      "zone.Zone",
    ]);
  });
});

describe("printTypes", () => {
  it("prints messages with all they refer to, each once", () => {
    const inner = messageOf("Inner", [fieldOf("up", 1, "message", { typeName: ".test.A" })]);
    const set = setOf([
      messageOf("A", [fieldOf("b", 1, "message", { typeName: ".test.B" })]),
      messageOf("B", [fieldOf("i", 1, "message", { typeName: ".test.B.Inner" })], { messages: [inner] }),
      messageOf("C", []),
    ]);
    expect(printTypes(set, ["test.A"])).toBe(
      "message A {\n  B b = 1;\n}\n\nmessage B {\n  B.Inner i = 1;\n  message Inner {\n    A up = 1;\n  }\n}",
    );
  });
});
