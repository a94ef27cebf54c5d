import { describe, expect, it } from "vitest";
import { messageFromJson } from "../../src/wire/json-read.ts";
import { fieldOf, linkedType, messageOf, setOf, typeWith } from "../support/descriptor-builder.ts";

const list = { label: "repeated" } as const;

function setup() {
  const values = ["NONE", "RED"].map((name, number) => ({ name, number, comment: "" }));
  const fields = [
    fieldOf("max_steps", 1, "int32"),
    fieldOf("size", 2, "uint32"),
    fieldOf("big", 3, "int64"),
    fieldOf("huge", 4, "fixed64"),
    fieldOf("ratio", 5, "float"),
    fieldOf("x", 6, "double"),
    fieldOf("body", 7, "bytes"),
    fieldOf("color", 8, "enum", { typeName: ".test.Color" }),
    fieldOf("inner", 9, "message", { typeName: ".test.Thing" }),
    fieldOf("title", 10, "string"),
    fieldOf("on", 11, "bool"),
    fieldOf("xs", 12, "double", list),
    fieldOf("steps", 13, "int32", list),
    fieldOf("bigs", 14, "sfixed64", list),
    fieldOf("left", 15, "int32", { oneofIndex: 0 }),
    fieldOf("right", 16, "int32", { oneofIndex: 0 }),
  ];
  const thing = messageOf("Thing", fields, { oneofs: [{ name: "side", comment: "" }] });
  return linkedType(setOf([thing], { enums: [{ name: "Color", values, comment: "" }] }));
}

const wide = "(a string, or a number up to 2^53)";
const listed = "it has: maxSteps, size, big, huge, ratio, x, body, color, inner, title, on, xs, …";

describe("messageFromJson", () => {
  it.each<[string, unknown, Record<string, unknown>]>([
    ["nothing", {}, {}],
    ["null as the default", { x: null, xs: null, inner: null }, {}],
    [
      "both names of a field",
      { max_steps: 3, inner: { maxSteps: 4 } },
      { maxSteps: 3, inner: { maxSteps: 4 } },
    ],
    [
      "whole numbers as text, with point or exponent",
      { maxSteps: "-12", size: "1e3" },
      { maxSteps: -12, size: 1000 },
    ],
    ["a point and no fraction", { maxSteps: 1.0, size: "5.00" }, { maxSteps: 1, size: 5 }],
    [
      "64-bit integers as text",
      { big: "-9223372036854775808", huge: "18446744073709551615" },
      { big: -(2n ** 63n), huge: 2n ** 64n - 1n },
    ],
    ["64-bit integers as numbers", { big: -5, huge: 2 ** 52 }, { big: -5n, huge: 2n ** 52n }],
    ["64-bit integers with an exponent", { big: "1e3" }, { big: 1000n }],
    ["numbers that JSON lacks", { x: "NaN", ratio: "-Infinity" }, { x: NaN, ratio: -Infinity }],
    ["numbers as text", { x: "-1.5e-3", ratio: "0.1" }, { x: -0.0015, ratio: Math.fround(0.1) }],
    ["base64 with padding", { body: "+/8BAg==" }, { body: Uint8Array.of(251, 255, 1, 2) }],
    ["base64 for URLs without padding", { body: "-_8BAg" }, { body: Uint8Array.of(251, 255, 1, 2) }],
    ["empty base64", { body: "" }, { body: new Uint8Array(0) }],
    ["an enum's name", { color: "RED" }, { color: "RED" }],
    ["an enum's number", { color: 1 }, { color: "RED" }],
    ["an enum's number without a name", { color: -3 }, { color: -3 }],
    [
      "typed lists",
      { xs: [1, "2", "NaN"], bigs: ["-1", 2] },
      { xs: new Float64Array([1, 2, NaN]), bigs: new BigInt64Array([-1n, 2n]) },
    ],
    ["plain lists", { steps: [1, "2"] }, { steps: [1, 2] }],
    ["one member of a oneof beside null", { left: null, right: 0 }, { right: 0 }],
  ])("reads %s", (_title, json, value) => {
    expect(messageFromJson(setup(), json)).toEqual(value);
  });

  it.each<[string, unknown, string]>([
    ["text", "{}", ': expected an object, got "{}"'],
    ["a list", [], ": expected an object, got an array"],
    ["null", null, ": expected an object, got null"],
    ["an unknown field", { y: 1 }, `: unknown field "y"; ${listed}`],
    ["an unknown field that is null", { y: null }, `: unknown field "y"; ${listed}`],
    [
      "both names at once",
      { maxSteps: 1, max_steps: 1 },
      ': the field "maxSteps" is given twice, also as "max_steps"',
    ],
    [
      "two members of a oneof",
      { left: 1, right: 1 },
      ': only one member of the oneof side may be set, not "left" and "right"',
    ],
    ["a fraction", { maxSteps: 1.5 }, ".maxSteps: expected an int32, got 1.5"],
    ["a fraction as text", { maxSteps: "1.5" }, '.maxSteps: expected an int32, got "1.5"'],
    ["an int32 above its range", { maxSteps: 2147483648 }, ".maxSteps: expected an int32, got 2147483648"],
    ["a negative uint32", { size: -1 }, ".size: expected a uint32, got -1"],
    ["empty text for a number", { maxSteps: "" }, '.maxSteps: expected an int32, got ""'],
    ["blanks around a number", { maxSteps: " 1" }, '.maxSteps: expected an int32, got " 1"'],
    ["a hexadecimal number", { size: "0x10" }, '.size: expected a uint32, got "0x10"'],
    ["a leading zero", { size: "010" }, '.size: expected a uint32, got "010"'],
    ["a boolean for a number", { size: true }, ".size: expected a uint32, got true"],
    [
      "an int64 above its range",
      { big: "9223372036854775808" },
      `.big: expected an int64 ${wide}, got "9223372036854775808"`,
    ],
    [
      "a number that is no longer exact",
      { big: 2 ** 53 },
      `.big: expected an int64 ${wide}, got 9007199254740992`,
    ],
    ["a negative fixed64", { huge: "-1" }, `.huge: expected a uint64 ${wide}, got "-1"`],
    [
      "a very long number",
      { huge: "1".repeat(5_000) },
      `.huge: expected a uint64 ${wide}, got "${"1".repeat(60)}"… (5000 characters)`,
    ],
    [
      "a double above its range",
      { x: "1e400" },
      '.x: expected a number, "NaN", "Infinity" or "-Infinity", got "1e400"',
    ],
    [
      "a float above its range",
      { ratio: 1e39 },
      '.ratio: expected a float, "NaN", "Infinity" or "-Infinity", got 1e+39',
    ],
    ["text that is no base64", { body: "a*b" }, '.body: expected a base64 string, got "a*b"'],
    ["base64 of a length that cannot be", { body: "abcde" }, '.body: expected a base64 string, got "abcde"'],
    ["base64 with too little padding", { body: "ab=" }, '.body: expected a base64 string, got "ab="'],
    [
      "an unknown enum name",
      { color: "GREEN" },
      '.color: expected a value of the enum test.Color, got "GREEN"',
    ],
    ["a number for text", { title: 1 }, ".title: expected a string, got 1"],
    ["a number for a boolean", { on: 0 }, ".on: expected true or false, got 0"],
    ["text for a boolean", { on: "true" }, '.on: expected true or false, got "true"'],
    ["no list", { xs: 1 }, ".xs: expected an array, got 1"],
    [
      "null in a list",
      { xs: [1, null] },
      '.xs[1]: expected a number, "NaN", "Infinity" or "-Infinity", got null',
    ],
    [
      "a wrong inner value",
      { inner: { inner: { on: 3 } } },
      ".inner.inner.on: expected true or false, got 3",
    ],
  ])("refuses %s, naming the path and the value", (_title, json, said) => {
    expect(() => messageFromJson(setup(), json)).toThrow(`[INVALID_ARGUMENT BAD_PAYLOAD] test.Thing${said}`);
  });

  it("refuses JSON that is nested too deep", () => {
    const json: unknown = JSON.parse(`${'{"inner":'.repeat(101)}{}${"}".repeat(101)}`);
    expect(() => messageFromJson(setup(), json)).toThrow("nested deeper than 100 messages");
  });

  it("treats hostile keys as names like any other", () => {
    const hostile: unknown = JSON.parse('{"__proto__": "x"}');
    expect(() => messageFromJson(setup(), hostile)).toThrow('unknown field "__proto__"');
    const type = typeWith([fieldOf("a", 1, "string", { jsonName: "__proto__" })]);
    const value = messageFromJson(type, hostile);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toEqual([["__proto__", "x"]]);
  });
});
