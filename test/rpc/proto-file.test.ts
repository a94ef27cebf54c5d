import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProtoFile } from "../../src/rpc/proto-file.ts";
import { readDescriptorSet } from "../../src/wire/descriptor-read.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { readKernelSchema } from "../../src/wire/schema.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Writes files into a new folder; gives the path of the first. */
function files(contents: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(contents)[0] ?? "");
}

const everything = `// The file.
syntax = "proto3";
package shapes;

// Shapes.
service ShapesService {
  // Area of a shape.
  rpc Area(Shape) returns (AreaResponse);
}

// A shape.
message Shape {
  oneof kind {
    Circle circle = 1; // round
    string name = 9;
  }
  // Inside.
  message Circle {
    enum Fill {
      NONE = 0;
      FULL = 2; // all of it
    }
    double radius = 1;
    Fill fill = 2 [json_name = "how"];
  }
  map<int32, Circle> by_number = 3;
  map<string, Circle.Fill> fills = 4;
  optional int32 layer = 5;
  repeated int32 loose = 6 [packed = false];
  repeated Shape inner = 7;
  // The second line
  // follows.
  sfixed64 mixedCase = 8;
}
message AreaResponse { double value = 1; }
`;

describe("readProtoFile", () => {
  it("gives everything that a proto3 file says, with its comments", async () => {
    const bytes = await readProtoFile(files({ "shapes.proto": everything }));
    const [file] = readDescriptorSet(bytes).files;
    expect(file).toMatchObject({ name: "shapes.proto", package: "shapes", syntax: "proto3" });
    expect(file?.services[0]).toMatchObject({
      comment: "Shapes.",
      methods: [{ comment: "Area of a shape." }],
    });
    const [shape] = file?.messages ?? [];
    expect(shape?.comment).toBe("A shape.");
    expect(shape?.oneofs.map(({ name }) => name)).toEqual(["kind", "_layer"]);
    expect(shape?.messages.map(({ name, mapEntry }) => [name, mapEntry])).toEqual([
      ["Circle", false],
      ["ByNumberEntry", true],
      ["FillsEntry", true],
    ]);
    expect(shape?.messages[0]).toMatchObject({
      comment: "Inside.",
      enums: [
        { name: "Fill", values: [{ name: "NONE" }, { name: "FULL", number: 2, comment: "all of it" }] },
      ],
    });
    expect(shape?.fields.find(({ name }) => name === "mixedCase")?.comment).toBe("The second line\nfollows.");
    expect(shape?.fields.find(({ name }) => name === "circle")?.comment).toBe("round");
  });

  it("describes messages that can be encoded and decoded", async () => {
    const schema = readKernelSchema(await readProtoFile(files({ "shapes.proto": everything })));
    const type = schema.functions[0]?.request;
    if (type === undefined) throw new Error("there is one function");
    const circle = { radius: 2, how: "FULL" };
    const given = {
      circle,
      byNumber: { 7: circle },
      fills: { a: "NONE", b: "FULL" },
      layer: 0,
      loose: [1, 2],
    };
    const full = { ...given, inner: [{ ...given, inner: [], mixedCase: -5n }], mixedCase: 0n };
    expect(decodeMessage(type, encodeMessage(type, full))).toEqual(full);
    const named = decodeMessage(type, encodeMessage(type, { name: "" }));
    expect(named).toMatchObject({ name: "" });
    expect(named).not.toHaveProperty("layer");
    expect(type.fieldsByName.get("loose")?.packed).toBe(false);
    expect(() => encodeMessage(type, { circle, name: "x" })).toThrow("only one member of the oneof kind");
  });

  it("follows imports of the same package, also of one another", async () => {
    const path = files({
      "a.proto": `syntax = "proto3"; package two; import "b.proto"; import public "parts/c.proto";
        service TwoService { rpc Go(A) returns (B); } message A { B b = 1; C c = 2; }`,
      "b.proto": `syntax = "proto3"; package two; import "a.proto"; message B { A a = 1; }`,
      "parts/c.proto": `syntax = 'proto3'; package two; message C { int32 x = 1; }`,
    });
    const schema = readKernelSchema(await readProtoFile(path));
    expect(schema.functions[0]?.request.fields.map(({ kind }) => kind)).toEqual(["message", "message"]);
  });

  const head = `syntax = "proto3"; package p;`;
  it.each([
    ["no file", {}, "cannot read"],
    [
      "proto2",
      { "a.proto": `syntax = "proto2"; package p;` },
      'a.proto: it must begin with syntax = "proto3"',
    ],
    ["no syntax", { "a.proto": `package p;` }, 'it must begin with syntax = "proto3"'],
    ["no package", { "a.proto": `syntax = "proto3"; message A {}` }, "it has no package"],
    [
      "an error",
      { "a.proto": `${head}\nmessage A {\n  int32 = 1;\n}` },
      "a.proto: illegal name '=' (line 3)",
    ],
    [
      "a missing type",
      { "a.proto": `${head} message A { Gone g = 1; }` },
      "no such Type or Enum 'Gone' in Type .p.A",
    ],
    ["a missing import", { "a.proto": `${head} import "b.proto";` }, "b.proto, which "],
    [
      "an import of another package",
      { "a.proto": `${head} import "b.proto";`, "b.proto": `syntax = "proto3"; package q;` },
      'its package is "q", that of the first file is "p"',
    ],
    [
      "a well-known type",
      { "a.proto": `${head} import "google/protobuf/timestamp.proto";` },
      "types of other packages cannot be part of a kernel",
    ],
    ["an extension", { "a.proto": `${head} message A {} extend A { int32 b = 100; }` }, "is an extension"],
    ["something else", { "a.proto": "\0asm\u0001" }, 'it must begin with syntax = "proto3"'],
  ])("refuses %s", async (_title, contents, says) => {
    const path = Object.keys(contents).length === 0 ? "/nowhere/a.proto" : files(contents);
    await expect(readProtoFile(path)).rejects.toMatchObject({
      reason: "BAD_DESCRIPTOR",
      rawMessage: expect.stringContaining(says),
    });
  });

  it.each([
    ["a stream", "service S { rpc Go(stream A) returns (A); } message A {}", "method S.Go is streaming"],
    ["two services", "service S { rpc Go(A) returns (A); } service T {} message A {}", "there are S, T"],
    ["no service", "message A {}", "there is none"],
  ])("gives %s on to those who refuse it", async (_title, body, says) => {
    const bytes = await readProtoFile(files({ "a.proto": `${head} ${body}` }));
    expect(() => readKernelSchema(bytes)).toThrow(says);
  });
});
