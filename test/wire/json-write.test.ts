import { describe, expect, it } from "vitest";
import { messageToJson } from "../../src/wire/json-write.ts";
import { decodeMessage } from "../../src/wire/message.ts";
import { fieldOf, typeWith } from "../support/descriptor-builder.ts";

const list = { label: "repeated" } as const;

function setup() {
  const color = { name: "Color", comment: "", values: [{ name: "NONE", number: 0, comment: "" }] };
  return typeWith(
    [
      fieldOf("max_steps", 1, "int32"),
      fieldOf("big", 2, "int64"),
      fieldOf("ratios", 3, "float", list),
      fieldOf("xs", 4, "double", list),
      fieldOf("body", 5, "bytes"),
      fieldOf("color", 6, "enum", { typeName: ".test.Color" }),
      fieldOf("inner", 7, "message", { typeName: ".test.Thing" }),
      fieldOf("title", 8, "string"),
      fieldOf("on", 9, "bool"),
    ],
    { enums: [color] },
  );
}

describe("messageToJson", () => {
  it("writes the fields of a decoded value, defaults too, under their JSON names", () => {
    const type = setup();
    const zeros = {
      maxSteps: 0,
      big: "0",
      ratios: [],
      xs: [],
      body: "",
      color: "NONE",
      title: "",
      on: false,
    };
    expect(messageToJson(type, decodeMessage(type, new Uint8Array(0)))).toEqual(zeros);
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ["64-bit integers as text", { big: -(2n ** 63n) }, { big: "-9223372036854775808" }],
    ["64-bit integers given as numbers as text", { big: 5 }, { big: "5" }],
    ["bytes in base64 with padding", { body: Uint8Array.of(251, 255, 1, 2) }, { body: "+/8BAg==" }],
    [
      "numbers that JSON lacks as text",
      { xs: [NaN, Infinity, -Infinity, 1.5] },
      { xs: ["NaN", "Infinity", "-Infinity", 1.5] },
    ],
    [
      "floats with the digits they have",
      { ratios: new Float32Array([0.1, 1 / 3, 3.4e38, NaN]) },
      { ratios: [0.1, 0.33333334, 3.4e38, "NaN"] },
    ],
    ["enum numbers without a name as numbers", { color: 7 }, { color: 7 }],
    ["only what is there", { inner: { title: "x", on: undefined }, big: null }, { inner: { title: "x" } }],
    ["what is given under its proto name", { max_steps: 3 }, { maxSteps: 3 }],
  ])("writes %s", (_title, value, json) => {
    expect(messageToJson(setup(), value)).toEqual(json);
  });

  it.each<[string, unknown, string]>([
    ["no object", 5, "test.Thing: expected an object, got 5"],
    [
      "text for a number",
      { maxSteps: "1" },
      'test.Thing.maxSteps: expected a value of the type int32, got "1"',
    ],
    ["a fraction for an int64", { big: 1.5 }, "test.Thing.big: expected a value of the type int64, got 1.5"],
    ["a number for text", { title: 1 }, "test.Thing.title: expected a value of the type string, got 1"],
    ["a number for a boolean", { on: 1 }, "test.Thing.on: expected a value of the type bool, got 1"],
    ["text for bytes", { body: "AQ==" }, 'test.Thing.body: expected a value of the type bytes, got "AQ=="'],
    [
      "an object for an enum",
      { color: {} },
      "test.Thing.color: expected a value of the enum test.Color, got an object",
    ],
    ["a wrong element", { xs: [1, true] }, "test.Thing.xs[1]: expected a value of the type double, got true"],
    ["no list", { xs: 1 }, "test.Thing.xs: expected an array, got 1"],
    ["a wrong inner value", { inner: { inner: 1 } }, "test.Thing.inner.inner: expected an object, got 1"],
  ])("refuses %s", (_title, value, said) => {
    expect(() => messageToJson(setup(), value)).toThrow(`[INVALID_ARGUMENT BAD_PAYLOAD] ${said}`);
  });

  it("refuses a value that contains itself", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["inner"] = cyclic;
    expect(() => messageToJson(setup(), cyclic)).toThrow("nested deeper than 100 messages");
  });

  it("sets hostile names as own properties", () => {
    const type = typeWith([
      fieldOf("a", 1, "string", { jsonName: "__proto__" }),
      fieldOf("constructor", 2, "string"),
    ]);
    const json = messageToJson(type, decodeMessage(type, Uint8Array.of(0x0a, 1, 0x78)));
    expect(JSON.stringify(json)).toBe('{"__proto__":"x","constructor":""}');
  });
});
