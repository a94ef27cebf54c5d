import { describe, expect, it } from "vitest";
import { DescriptorPool, type PoolFile } from "../../src/wire/descriptor-pool.ts";
import { readDescriptorSet } from "../../src/wire/descriptor-read.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import type { FileDescriptor, FileDescriptorSet } from "../../src/wire/descriptor.ts";
import { fieldOf, messageOf, methodOf } from "../support/descriptor-builder.ts";

/** A kernel's files: its service, and a message in a file called `common.proto` of the same package. */
function kernelSet(name: string, commonField: string): FileDescriptorSet {
  const common = file("common.proto", name, {
    messages: [messageOf("Shared", [fieldOf(commonField, 1, "double")])],
  });
  const type = `.${name}.Request`;
  const inner = messageOf("Inner", [fieldOf("deep", 1, "int32")], {
    enums: [{ name: "Mood", values: [{ name: "CALM", number: 0, comment: "" }], comment: "" }],
  });
  const request = messageOf("Request", [fieldOf("shared", 1, "message", { typeName: `.${name}.Shared` })], {
    messages: [inner],
    oneofs: [{ name: "either", comment: "" }],
  });
  const own = file(`${name}.proto`, name, {
    dependencies: ["common.proto"],
    messages: [request],
    services: [{ name: "Service", methods: [methodOf("Call", type, type)], comment: "" }],
  });
  return { files: [common, own] };
}

function file(name: string, packageName: string, more: Partial<FileDescriptor>): FileDescriptor {
  const empty = { dependencies: [], messages: [], enums: [], services: [], comment: "" };
  return { name, package: packageName, syntax: "proto3", ...empty, ...more };
}

function poolOf(sets: Readonly<Record<string, FileDescriptorSet>>): DescriptorPool {
  return new DescriptorPool(
    new Map(Object.entries(sets).map(([owner, set]) => [owner, writeDescriptorSet(set)])),
  );
}

/** What the bytes of a file say of it. */
function readFile({ bytes }: PoolFile): FileDescriptor | undefined {
  const prefix = Buffer.from([0x0a, (bytes.length & 0x7f) | 0x80, bytes.length >>> 7]);
  return readDescriptorSet(Buffer.concat([prefix, bytes])).files[0];
}

describe("DescriptorPool", () => {
  it("lists the services of all owners by name", () => {
    const pool = poolOf({ b: kernelSet("b", "x"), a: kernelSet("a", "x") });
    expect(pool.services).toEqual(["a.Service", "b.Service"]);
    expect(poolOf({}).services).toEqual([]);
  });

  it.each([
    "a.Service",
    "a.Service.Call",
    "a.Request",
    "a.Request.shared",
    "a.Request.either",
    "a.Request.Inner",
    "a.Request.Inner.deep",
    "a.Request.Inner.Mood",
    "a.Request.Inner.CALM",
  ])("finds the file of the symbol %s with what it imports", (symbol) => {
    const files = poolOf({ a: kernelSet("a", "x") }).filesOfSymbol(symbol);
    expect(files?.map(({ name }) => name)).toEqual(["a.proto", "common.proto"]);
  });

  it.each(["", "a", "a.Nothing", "a.Request.Inner.Mood.CALM", ".a.Request", "a.Service.Call.x", "__proto__"])(
    "finds no file of %o",
    (symbol) => {
      expect(poolOf({ a: kernelSet("a", "x") }).filesOfSymbol(symbol)).toBeUndefined();
    },
  );

  it("tells messages from other symbols", () => {
    const pool = poolOf({ a: kernelSet("a", "x") });
    expect(
      ["a.Request", "a.Request.Inner", "a.Service", "a.Request.shared"].map((name) => pool.hasMessage(name)),
    ).toEqual([true, true, false, false]);
  });

  it("gives files of the same name that differ names of their own, in the imports too", () => {
    const pool = poolOf({ a: kernelSet("a", "x"), b: kernelSet("b", "y") });
    expect(pool.filesByName("common.proto")?.map(({ name }) => name)).toEqual(["common.proto"]);
    const files = pool.filesOfSymbol("b.Service") ?? [];
    expect(files.map(({ name }) => name)).toEqual(["b.proto", "b/common.proto"]);
    expect(files.map(readFile)).toMatchObject([
      { name: "b.proto", package: "b", dependencies: ["b/common.proto"], services: [{ name: "Service" }] },
      { name: "b/common.proto", package: "b", messages: [{ name: "Shared", fields: [{ name: "y" }] }] },
    ]);
    expect(pool.filesByName("b/common.proto")).toEqual([files[1]]);
  });

  it("lets owners share a file that is the same", () => {
    const shared = file("shared.proto", "shared", { messages: [messageOf("Point", [])] });
    const pool = poolOf({
      a: {
        files: [
          shared,
          file("a.proto", "a", { dependencies: ["shared.proto"], messages: [messageOf("A", [])] }),
        ],
      },
      b: {
        files: [
          shared,
          file("b.proto", "b", { dependencies: ["shared.proto"], messages: [messageOf("B", [])] }),
        ],
      },
    });
    const [, ofA] = pool.filesOfSymbol("a.A") ?? [];
    const [, ofB] = pool.filesOfSymbol("b.B") ?? [];
    expect(ofA?.name).toBe("shared.proto");
    expect(ofB).toBe(ofA);
  });

  it("survives imports that go round in a circle or lead nowhere", () => {
    const one = file("one.proto", "x", {
      dependencies: ["two.proto", "nothing.proto"],
      messages: [messageOf("One", [])],
    });
    const two = file("two.proto", "x", { dependencies: ["one.proto"] });
    const pool = poolOf({ x: { files: [one, two] } });
    expect(pool.filesOfSymbol("x.One")?.map(({ name }) => name)).toEqual(["one.proto", "two.proto"]);
  });
});
