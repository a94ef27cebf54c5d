import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { decodeMessage } from "../../src/wire/message-decode.ts";
import { encodeMessage } from "../../src/wire/message-encode.ts";
import { fieldOf, linkedType, messageOf, setOf, typeWith } from "../support/descriptor-builder.ts";

function setup() {
  const matrix = messageOf("Matrix", [
    fieldOf("rows", 1, "int32"),
    fieldOf("cols", 2, "int32"),
    fieldOf("data", 3, "double", { label: "repeated" }),
  ]);
  const color = { name: "Color", comment: "", values: ["NONE", "RED"].map(value) };
  const request = messageOf(
    "Request",
    [
      fieldOf("a", 1, "message", { typeName: ".test.Matrix" }),
      fieldOf("parts", 2, "message", { typeName: ".test.Matrix", label: "repeated" }),
      fieldOf("max_steps", 3, "uint32"),
      fieldOf("self", 4, "message", { typeName: ".test.Request" }),
      fieldOf("color", 5, "enum", { typeName: ".test.Color" }),
      fieldOf("big", 6, "int64"),
      fieldOf("huge", 7, "uint64"),
      fieldOf("ratio", 8, "float"),
      fieldOf("x", 9, "double"),
      fieldOf("title", 10, "string"),
      fieldOf("body", 11, "bytes"),
      fieldOf("on", 12, "bool"),
      fieldOf("names", 13, "string", { label: "repeated" }),
      fieldOf("left", 14, "int32", { oneofIndex: 0 }),
      fieldOf("right", 15, "int32", { oneofIndex: 0 }),
      fieldOf("tries", 16, "sint32", { oneofIndex: 1, proto3Optional: true }),
    ],
    { oneofs: ["side", "_tries"].map((name) => ({ name, comment: "" })) },
  );
  return linkedType(setOf([request, matrix], { enums: [color] }));
}

function value(name: string, number: number) {
  return { name, number, comment: "" };
}

/** What an encoding throws: its message without code and reason, or the reason when it is not BAD_PAYLOAD. */
function refusal(encode: () => unknown): string {
  try {
    encode();
  } catch (error) {
    if (error instanceof HeddleError) return error.reason === "BAD_PAYLOAD" ? error.rawMessage : error.reason;
    throw error;
  }
  throw new Error("nothing was refused");
}

const listed = "it has: a, parts, maxSteps, self, color, big, huge, ratio, x, title, body, on, …";

describe("encodeMessage", () => {
  it.each<[string, unknown, string]>([
    ["text for an integer", { a: { rows: "x" } }, 'Request.a.rows: expected an int32, got "x"'],
    ["a fraction", { a: { rows: 1.5 } }, "Request.a.rows: expected an int32, got 1.5"],
    [
      "an int32 above its range",
      { a: { rows: 2 ** 31 } },
      "Request.a.rows: expected an int32, got 2147483648",
    ],
    ["a bigint for an int32", { a: { rows: 5n } }, "Request.a.rows: expected an int32, got 5n"],
    ["a negative uint32", { maxSteps: -1 }, "Request.maxSteps: expected a uint32, got -1"],
    ["NaN for an integer", { maxSteps: NaN }, "Request.maxSteps: expected a uint32, got NaN"],
    [
      "an unsafe int64",
      { big: 2 ** 53 },
      "Request.big: expected an int64 (a bigint or a safe integer), got 9007199254740992",
    ],
    [
      "an int64 above its range",
      { big: 2n ** 63n },
      `Request.big: expected an int64 (a bigint or a safe integer), got ${2n ** 63n}n`,
    ],
    [
      "a negative uint64",
      { huge: -1n },
      "Request.huge: expected a uint64 (a bigint or a safe integer), got -1n",
    ],
    ["a float above its range", { ratio: 1e39 }, "Request.ratio: expected a float, got 1e+39"],
    ["a bigint for a double", { x: 1n }, "Request.x: expected a number, got 1n"],
    ["a number for text", { title: 5 }, "Request.title: expected a string, got 5"],
    [
      "an array for bytes",
      { body: [1, 2] },
      "Request.body: expected bytes (a Uint8Array, an ArrayBuffer or a view of one), got an array",
    ],
    ["a number for a boolean", { on: 1 }, "Request.on: expected a boolean, got 1"],
    [
      "an unknown enum name",
      { color: "GREEN" },
      'Request.color: expected a value of the enum test.Color, got "GREEN"',
    ],
    ["an unknown field", { rows: 1 }, `Request: unknown field "rows"; ${listed}`],
    ["an unknown field that is undefined", { rows: undefined }, `Request: unknown field "rows"; ${listed}`],
    [
      "an unknown field inside",
      { a: { rowz: 1 } },
      'Request.a: unknown field "rowz"; it has: rows, cols, data',
    ],
    ["a wrong element", { a: { data: [1, "2"] } }, 'Request.a.data[1]: expected a number, got "2"'],
    [
      "a hole in a list",
      { a: { data: Object.assign([], { 0: 1, 2: 2 }) } },
      "Request.a.data[1]: expected a number, got undefined",
    ],
    ["an object for a list", { a: { data: {} } }, "Request.a.data: expected an array, got an object"],
    ["text for a list of texts", { names: "abc" }, 'Request.names: expected an array, got "abc"'],
    [
      "a wrong element inside a list",
      { parts: [{}, { cols: true }] },
      "Request.parts[1].cols: expected an int32, got true",
    ],
    ["null in a list", { parts: [null] }, "Request.parts[0]: expected an object, got null"],
    ["a list for a message", { a: [] }, "Request.a: expected an object, got an array"],
    ["a map for a message", { a: new Map([["rows", 1]]) }, "Request.a: expected an object, got a Map"],
    ["a promise for a message", { a: Promise.resolve({}) }, "Request.a: expected an object, got a Promise"],
    [
      "a typed array for a message",
      { a: new Float64Array(2) },
      "Request.a: expected an object, got a Float64Array",
    ],
    [
      "two names of one field",
      { maxSteps: 1, max_steps: 1 },
      'Request: the field "maxSteps" is given twice, also as "max_steps"',
    ],
    [
      "two members of a oneof",
      { left: 1, right: 2 },
      'Request: only one member of the oneof side may be set, not "left" and "right"',
    ],
    ["no object at all", 5, "Request: expected an object, got 5"],
    ["nothing at all", undefined, "Request: expected an object, got undefined"],
    ["an array at the root", [], "Request: expected an object, got an array"],
    [
      "a long text",
      { x: "y".repeat(70) },
      `Request.x: expected a number, got "${"y".repeat(60)}"… (70 characters)`,
    ],
    ["a function", { x: () => 1 }, "Request.x: expected a number, got a function"],
  ])("refuses %s, naming the path and the value", (_title, given, message) => {
    const said = refusal(() => encodeMessage(setup(), given));
    expect(said).toBe(`test.${message}`);
  });

  it("refuses a value that contains itself", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const said = refusal(() => encodeMessage(setup(), cyclic));
    expect(said).toMatch(
      /^test\.Request\.self(\.self)+\.….+: nested deeper than 100 messages; does the value contain/,
    );
    expect(said.length).toBeLessThan(300);
  });

  it("takes messages nested as deep as the limit", () => {
    const type = setup();
    let nested: Record<string, unknown> = { x: 1 };
    for (let depth = 0; depth < limits.nestingMax; depth++) nested = { self: nested };
    expect(decodeMessage(type, encodeMessage(type, nested))).toMatchObject(nested);
    expect(refusal(() => encodeMessage(type, { self: nested }))).toContain("nested deeper");
  });

  it("refuses a payload above the limit before it fills the memory", () => {
    const type = typeWith([fieldOf("parts", 1, "bytes", { label: "repeated" })]);
    const part = new Uint8Array(16 * 1024 * 1024);
    expect(refusal(() => encodeMessage(type, { parts: [part, part, part, part] }))).toBe("PAYLOAD_TOO_LARGE");
    expect(encodeMessage(type, { parts: [part, part, part] }).length).toBe(3 * (part.length + 5));
  });

  it("takes undefined, null and what is missing as the default", () => {
    const type = setup();
    expect(encodeMessage(type, { a: undefined, x: null, title: "", on: false, big: 0n })).toEqual(
      new Uint8Array(0),
    );
  });

  it("writes an optional field that has its default, and -0, which is no default", () => {
    const type = setup();
    expect(decodeMessage(type, encodeMessage(type, { tries: 0, left: 0 }))).toMatchObject({
      tries: 0,
      left: 0,
    });
    expect(decodeMessage(type, encodeMessage(type, { x: -0 }))["x"]).toBe(-0);
  });

  it("takes proto names, class instances and objects without a prototype", () => {
    class Request {
      maxSteps = 7;
      get title() {
        return "from a getter";
      }
    }
    const type = setup();
    expect(decodeMessage(type, encodeMessage(type, { max_steps: 7 }))).toMatchObject({ maxSteps: 7 });
    const seen = decodeMessage(type, encodeMessage(type, new Request()));
    expect(seen).toMatchObject({ maxSteps: 7, title: "from a getter" });
    const bare: unknown = Object.assign(Object.create(null), { maxSteps: 7 });
    expect(decodeMessage(type, encodeMessage(type, bare))).toMatchObject({ maxSteps: 7 });
  });

  it("refuses an unknown key beside an inherited field", () => {
    class Odd {
      typo = 1;
      get x() {
        return 1;
      }
    }
    expect(refusal(() => encodeMessage(setup(), new Odd()))).toContain('unknown field "typo"');
  });

  it("writes a lone surrogate as U+FFFD", () => {
    const type = setup();
    for (const text of ["\ud800", `${"long ".repeat(9)}\udc00`]) {
      expect(decodeMessage(type, encodeMessage(type, { title: text }))["title"]).toBe(text.toWellFormed());
    }
  });

  it.each([
    ["an ArrayBuffer", Uint8Array.of(1, 2, 3, 4).buffer],
    ["a view", new DataView(Uint8Array.of(0, 1, 2, 3, 4).buffer, 1)],
    ["a typed array", new Uint16Array(Uint8Array.of(1, 2, 3, 4).buffer)],
    ["a Buffer", Buffer.from([1, 2, 3, 4])],
    ["shared memory", shared(1, 2, 3, 4)],
  ])("takes %s for bytes", (_title, body) => {
    const type = setup();
    expect(decodeMessage(type, encodeMessage(type, { body }))["body"]).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it("takes any list of numbers for packed numbers, short or long", () => {
    const type = setup();
    for (const length of [3, 300]) {
      const plain = Array.from({ length }, (_none, index) => index);
      for (const data of [plain, new Float64Array(plain), new Uint16Array(plain), new Float32Array(plain)]) {
        const decoded = decodeMessage(type, encodeMessage(type, { a: { data } }));
        expect(decoded["a"]).toEqual({ rows: 0, cols: 0, data: new Float64Array(plain) });
      }
    }
  });

  it("leaves earlier results alone", () => {
    const type = setup();
    const results = Array.from({ length: 400 }, (_none, index) =>
      encodeMessage(type, { body: bytesOf(index) }),
    );
    results.forEach((result, index) => expect(decodeMessage(type, result)["body"]).toEqual(bytesOf(index)));
  });

  it("may be called from a getter of the value it encodes, and after one that threw", () => {
    const type = setup();
    const inner = encodeMessage(type, { title: "inner" });
    const nesting = {
      x: 1,
      get body() {
        return encodeMessage(type, { title: "inner" });
      },
      title: "outer",
    };
    const throwing = {
      title: "lost",
      get body(): Uint8Array {
        throw new Error("from the getter");
      },
    };
    expect(() => encodeMessage(type, throwing)).toThrow("from the getter");
    expect(decodeMessage(type, encodeMessage(type, nesting))).toMatchObject({
      x: 1,
      title: "outer",
      body: inner,
    });
  });

  it("goes on after somebody transferred the memory of a result", () => {
    const type = setup();
    const { buffer } = encodeMessage(type, { x: 1 });
    structuredClone(buffer, { transfer: [buffer] });
    encodeMessage(type, {});
    expect(decodeMessage(type, encodeMessage(type, { x: 2 }))["x"]).toBe(2);
  });
});

function shared(...bytes: number[]): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

function bytesOf(index: number): Uint8Array {
  return new Uint8Array(1 + (index % 90)).fill(index);
}
