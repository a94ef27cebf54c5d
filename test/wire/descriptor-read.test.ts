import fc from "fast-check";
import protobuf from "protobufjs";
import { FileDescriptorSet as ForeignSet } from "protobufjs/ext/descriptor/index.js";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import { ByteWriter } from "../../src/wire/byte-writer.ts";
import { jsonNameOf } from "../../src/wire/descriptor.ts";
import { readDescriptorSet } from "../../src/wire/descriptor-read.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { fieldOf, messageOf, methodOf, setOf } from "../support/descriptor-builder.ts";
import { randomSet } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

/** A set that has everything a descriptor can have. */
function full() {
  const comment = "First line.\n\n  indented, and a ü";
  const values = [
    { name: "NONE", number: 0, comment: "Zero." },
    { name: "LOW", number: -5, comment: "" },
  ];
  const reserved = {
    ranges: [
      { first: -9, last: -6 },
      { first: 7, last: 7 },
    ],
    names: ["OLD"],
  };
  const gone = {
    ranges: [
      { first: 8, last: 9 },
      { first: 1000, last: 536_870_911 },
    ],
    names: ["gone", "lost"],
  };
  const inner = messageOf("Inner", [fieldOf("deep", 1, "bytes", { comment: "Deep." })], {
    enums: [{ name: "Mode", values, reserved, comment: "A mode." }],
    messages: [messageOf("Entry", [], { mapEntry: true })],
    comment: "Inner comment.",
  });
  const outer = messageOf(
    "Outer",
    [
      fieldOf("a_b", 1, "message", { typeName: ".test.Outer.Inner", jsonName: "aB", comment }),
      fieldOf("list", 536_870_911, "sint64", { label: "repeated", packed: false }),
      fieldOf("packed", 3, "double", { label: "repeated", packed: true }),
      fieldOf("choice", 4, "string", { oneofIndex: 0 }),
      fieldOf("maybe", 5, "int32", { oneofIndex: 1, proto3Optional: true }),
    ],
    {
      messages: [inner],
      reserved: gone,
      oneofs: ["one", "_maybe"].map((name) => ({ name, comment: `About ${name}.` })),
      comment,
    },
  );
  const methods = [
    methodOf("Call", ".test.Outer", ".test.Outer", { comment: "Calls." }),
    methodOf("Watch", ".test.Outer", ".test.Outer", { clientStreaming: true, serverStreaming: true }),
  ];
  return setOf([outer], {
    dependencies: ["other.proto", ""],
    enums: [{ name: "Color", values, comment: "A color." }],
    services: [{ name: "TestService", methods, comment: "A service." }],
    comment: "The file.",
  });
}

function refusal(bytes: Uint8Array): string {
  try {
    readDescriptorSet(bytes);
  } catch (error) {
    if (error instanceof HeddleError) return `${error.reason} ${error.rawMessage}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** Bytes of a set of one file, written field by field. */
function fileBytes(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  writer.tag(1, 2);
  writer.delimited(write);
  return writer.finish();
}

describe("readDescriptorSet", () => {
  it("reads back everything that writeDescriptorSet writes", () => {
    expect(readDescriptorSet(writeDescriptorSet(full()))).toEqual(full());
  });

  it("reads random sets back", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const set = randomSet(createSeededRandom(seed));
        expect(readDescriptorSet(writeDescriptorSet(set))).toEqual(set);
      }),
      { seed: testSeed, numRuns: 100 },
    );
  });

  it("gives a set or BAD_DESCRIPTOR for bytes that were tampered with", () => {
    const bytes = writeDescriptorSet(full());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const copy = bytes.slice();
          for (const [at, byte] of edits) copy[at] = byte;
          try {
            readDescriptorSet(copy);
          } catch (error) {
            expect(error).toMatchObject({ name: "HeddleError", reason: "BAD_DESCRIPTOR" });
          }
        },
      ),
      { seed: testSeed, numRuns: 3_000 },
    );
  });

  it("refuses every set that is cut short within its file", () => {
    const bytes = writeDescriptorSet(full());
    for (let length = 1; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length))).toMatch(/^BAD_DESCRIPTOR descriptor: truncated/);
    }
  });

  it("finds comments that come before what they speak of, and trailing ones", () => {
    const bytes = fileBytes((file) => {
      file.tag(9, 2);
      file.delimited((info) => {
        info.tag(1, 2);
        info.delimited((location) => {
          for (const step of [4, 0]) {
            location.tag(1, 0);
            location.varint(step);
          }
          location.tag(4, 2);
          location.string(" Trailing.\n");
        });
      });
      file.tag(4, 2);
      file.delimited((message) => {
        message.tag(1, 2);
        message.string("Late");
      });
    });
    expect(readDescriptorSet(bytes).files[0]?.messages[0]).toMatchObject({
      name: "Late",
      comment: "Trailing.",
    });
  });

  it.each<[string, (file: ByteWriter) => void, string]>([
    ["a name that is no identifier", (file) => named(file, 4, "a-b"), '"a-b" is no name for a message'],
    ["a message without a name", (file) => nested(file, 4, () => {}), "a message has no name"],
    ["a package that is none", (file) => text(file, 2, "a..b"), '"a..b" is no package'],
    [
      "a name that is very long",
      (file) => named(file, 5, "x".repeat(513)),
      "a name of a enum of 513 characters",
    ],
    ["a field without a type", (file) => nested(file, 4, () => named(file, 2, "f")), 'field "f" has no type'],
    [
      "a field of an unknown type",
      (file) => withField(file, 5, 19),
      "a field has the type 19, which does not exist",
    ],
    [
      "a field of an unknown label",
      (file) => withField(file, 4, 0),
      "a field has the label 0, which does not exist",
    ],
    ["a wire type that is wrong", (file) => integer(file, 1, 5), "wire type 0 where 2 belongs"],
    [
      "bytes that are not UTF-8",
      (file) => nested(file, 1, () => file.raw(Uint8Array.of(0xff))),
      "invalid UTF-8",
    ],
    ["too many methods", withMethods, `a service has more than ${limits.functionsMax} methods`],
  ])("refuses %s", (_title, write, said) => {
    expect(refusal(fileBytes(write))).toContain(`BAD_DESCRIPTOR descriptor: ${said}`);
  });

  it("refuses messages nested too deep", () => {
    const deep = (file: ByteWriter, left: number): void => {
      text(file, 1, "M");
      if (left > 0) nested(file, 3, () => deep(file, left - 1));
    };
    expect(refusal(fileBytes((file) => nested(file, 4, () => deep(file, 200))))).toContain(
      "nested deeper than 100",
    );
  });

  it("refuses more bytes than the limit", () => {
    expect(refusal(new Uint8Array(limits.descriptorMaxBytes + 1))).toContain("at most 1048576 are allowed");
  });
});

describe("writeDescriptorSet", () => {
  it("writes what protobufjs reads", () => {
    const read = ForeignSet.toObject(ForeignSet.decode(writeDescriptorSet(full())), { enums: String });
    expect(read).toMatchObject({
      file: [
        {
          name: "test.proto",
          package: "test",
          syntax: "proto3",
          messageType: [{ name: "Outer", oneofDecl: [{ name: "one" }, { name: "_maybe" }] }],
          enumType: [
            {
              name: "Color",
              value: [
                { name: "NONE", number: 0 },
                { name: "LOW", number: -5 },
              ],
            },
          ],
          service: [
            {
              name: "TestService",
              method: [{ name: "Call", inputType: ".test.Outer" }, { serverStreaming: true }],
            },
          ],
        },
      ],
    });
    // The descriptor extension adds this function; its declarations do not say so.
    const { fromDescriptor } = protobuf.Root as unknown as {
      fromDescriptor(bytes: Uint8Array): protobuf.Root;
    };
    const outer = fromDescriptor(writeDescriptorSet(full())).lookupType("test.Outer");
    expect(outer.fields["list"]).toMatchObject({ id: 536_870_911, type: "sint64", packed: false });
  });
});

describe("jsonNameOf", () => {
  it.each([
    ["rows", "rows"],
    ["max_steps", "maxSteps"],
    ["a__b_1c", "aB1c"],
    ["_lead", "Lead"],
    ["trail_", "trail"],
    ["__proto__", "Proto"],
    ["Camel_Case", "CamelCase"],
  ])("turns %s into %s, as protoc does", (name, json) => {
    expect(jsonNameOf(name)).toBe(json);
  });
});

function nested(writer: ByteWriter, field: number, write: () => void): void {
  writer.tag(field, 2);
  writer.delimited(write);
}

function text(writer: ByteWriter, field: number, value: string): void {
  writer.tag(field, 2);
  writer.string(value);
}

function named(writer: ByteWriter, field: number, name: string): void {
  nested(writer, field, () => text(writer, 1, name));
}

function integer(writer: ByteWriter, field: number, value: number): void {
  writer.tag(field, 0);
  writer.int32(value);
}

/** A message with one field that has one number set. */
function withField(writer: ByteWriter, field: number, value: number): void {
  nested(writer, 4, () =>
    nested(writer, 2, () => {
      text(writer, 1, "f");
      integer(writer, field, value);
    }),
  );
}

function withMethods(writer: ByteWriter): void {
  nested(writer, 6, () => {
    for (let index = 0; index <= limits.functionsMax; index++) named(writer, 2, `M${index}`);
  });
}
