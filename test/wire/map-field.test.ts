import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { messageFromJson } from "../../src/wire/json-read.ts";
import { messageToJsonText } from "../../src/wire/json.ts";
import { messageToJson } from "../../src/wire/json-write.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { fieldOf, messageOf, linkedType, setOf } from "../support/descriptor-builder.ts";
import type { FieldTypeName } from "../../src/wire/descriptor.ts";

/**
 * A message with a map of each kind that matters, and the same for the stock library; that one cannot write keys that are 64
 * bits or booleans, so it is told of them what they are on the wire.
 */
const maps: readonly [string, FieldTypeName, FieldTypeName][] = [
  ["names", "string", "int32"],
  ["wide", "int64", "string"],
  ["flags", "bool", "double"],
  ["small", "sint32", "message"],
  ["fixed", "fixed64", "bytes"],
];
const entryName = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}Entry`;
const type = linkedType(
  setOf([
    messageOf(
      "Thing",
      maps.map(([name], index) =>
        fieldOf(name, index + 1, "message", {
          label: "repeated",
          typeName: `.test.Thing.${entryName(name)}`,
        }),
      ),
      {
        messages: maps.map(([name, key, value]) =>
          messageOf(
            entryName(name),
            [
              fieldOf("key", 1, key),
              fieldOf("value", 2, value, value === "message" ? { typeName: ".test.Thing" } : {}),
            ],
            { mapEntry: true },
          ),
        ),
      },
    ),
  ]),
);
const stock = protobuf
  .parse(
    `syntax = "proto3"; package test; message Thing {
      map<string, int32> names = 1; repeated Wide wide = 2; repeated Flag flags = 3;
      map<sint32, Thing> small = 4; repeated Fixed fixed = 5;
      message Flag { bool key = 1; double value = 2; } message Wide { int64 key = 1; string value = 2; } message Fixed { fixed64 key = 1; bytes value = 2; } }`,
  )
  .root.lookupType("test.Thing");
const empty = { names: {}, wide: {}, flags: {}, small: {}, fixed: {} };

describe("map fields", () => {
  it("are written as the stock library reads them, and read as it writes them", () => {
    const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const value = fc.record({
      names: fc.dictionary(fc.string(), int),
      wide: fc.dictionary(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
        fc.string({ unit: "grapheme" }),
      ),
      flags: fc.dictionary(fc.constantFrom("true", "false"), fc.double({ noNaN: true })),
      small: fc.dictionary(int.map(String), fc.constant({ ...empty, names: { inner: 1 } })),
      fixed: fc.dictionary(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String), fc.uint8Array()),
    });
    fc.assert(
      fc.property(value, (given) => {
        const bytes = encodeMessage(type, given);
        expect(decodeMessage(type, bytes)).toEqual(given);
        const again = stock.encode(stock.decode(bytes)).finish();
        expect(decodeMessage(type, again)).toEqual(given);
        expect(messageFromJson(type, JSON.parse(messageToJsonText(type, given)))).toEqual(given);
      }),
      {
        examples: [
          [{ ...empty, names: { __proto__x: 1, ["__proto__"]: 2, constructor: 3 } }],
          [{ ...empty, flags: { true: -0 } }],
        ],
      },
    );
  });

  it("take a Map, whose keys have their own types", () => {
    const given = { wide: new Map([[5n, "a"]]), flags: new Map([[true, 0.5]]), small: new Map([[-7, {}]]) };
    const found = decodeMessage(type, encodeMessage(type, given));
    expect(found).toEqual({ ...empty, wide: { 5: "a" }, flags: { true: 0.5 }, small: { "-7": empty } });
    expect(messageToJson(type, given)).toEqual({
      wide: { 5: "a" },
      flags: { true: 0.5 },
      small: { "-7": {} },
    });
  });

  it("have defaults for what an entry leaves out, and the last entry of a key wins", () => {
    // names: {} and two of the key a; small: key 3 without a value; flags: an entry of nothing
    const bytes = [10, 0, 10, 5, 10, 1, 97, 16, 1, 10, 5, 10, 1, 97, 16, 2, 34, 2, 8, 6, 26, 0];
    expect(decodeMessage(type, Uint8Array.from(bytes))).toEqual({
      ...empty,
      names: { "": 0, a: 2 },
      small: { 3: empty },
      flags: { false: 0 },
    });
  });

  it.each([
    [{ names: [["a", 1]] }, "test.Thing.names: expected an object or a Map, keys to values, got"],
    [{ names: new Date(0) }, "expected an object or a Map"],
    [{ wide: { a: "x" } }, 'test.Thing.wide[0]: expected a key of the map\'s type, got "a"'],
    [{ flags: { 1: 1 } }, "expected a key of the map's type"],
    [{ small: { 2147483648: {} } }, "expected a key of the map's type"],
    [{ names: { a: undefined } }, "expected a value for the key a"],
    [{ names: { a: "x" } }, "test.Thing.names[0].value: expected an int32"],
    [{ small: { 1: { names: { b: 0.5 } } } }, "test.Thing.small[0].value.names[0].value: expected an int32"],
  ])("refuse %j", (given, says) => {
    expect(() => encodeMessage(type, given)).toThrow(says);
  });

  it.each([
    [{ names: [] }, "test.Thing.names: expected an object"],
    [{ names: { a: null } }, 'expected a value for the key "a"'],
    [{ wide: { "1.5": "x" } }, "expected a key of the map's type"],
    [{ wide: { 1: "x", "1e0": "y" } }, "expected a key that is there once"],
    [{ names: { a: "x" } }, "test.Thing.names.value: expected an int32"],
  ])("refuse the JSON %j", (given, says) => {
    expect(() => messageFromJson(type, given)).toThrow(says);
  });

  it("are bounded in depth and number", () => {
    let deep: object = {};
    for (let depth = 0; depth < 60; depth++) deep = { small: { 1: deep } };
    expect(() => encodeMessage(type, deep)).toThrow("nested deeper than 100 messages");
    expect(() => messageFromJson(type, deep)).toThrow("nested deeper than 100 messages");
    expect(() => messageToJson(type, deep)).toThrow("nested deeper than 100 messages");
  });
});
