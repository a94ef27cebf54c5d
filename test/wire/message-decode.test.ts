import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { ByteWriter } from "../../src/wire/byte-writer.ts";
import { decodeMessage } from "../../src/wire/message-decode.ts";
import { encodeMessage } from "../../src/wire/message-encode.ts";
import { fieldOf, typeWith } from "../support/descriptor-builder.ts";

const list = { label: "repeated" } as const;

function setup() {
  const values = ["NONE", "RED", "CRIMSON"].map((name, index) => ({
    name,
    number: Math.min(index, 1),
    comment: "",
  }));
  return typeWith(
    [
      fieldOf("count", 1, "int32"),
      fieldOf("inner_thing", 2, "message", { typeName: ".test.Thing" }),
      fieldOf("data", 3, "double", list),
      fieldOf("steps", 4, "int32", list),
      fieldOf("title", 5, "string"),
      fieldOf("color", 6, "enum", { typeName: ".test.Color" }),
      fieldOf("things", 7, "message", { typeName: ".test.Thing", ...list }),
      fieldOf("body", 8, "bytes"),
      fieldOf("total", 9, "uint64"),
    ],
    { enums: [{ name: "Color", values, comment: "" }] },
  );
}

const empty = { count: 0, data: new Float64Array(0), steps: [], title: "", color: "NONE", things: [] };
const defaults = { ...empty, body: new Uint8Array(0), total: 0n };

function refusal(bytes: Uint8Array): string {
  try {
    decodeMessage(setup(), bytes);
  } catch (error) {
    if (error instanceof HeddleError) return `${error.reason} ${error.rawMessage}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

function double(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

describe("decodeMessage", () => {
  it.each<[string, number[], string]>([
    ["a truncated varint", [0x08, 0x80], "count: truncated varint at byte 1"],
    [
      "a varint of 11 bytes",
      [0x08, ...Array<number>(10).fill(0x80), 1],
      "count: varint longer than 10 bytes at byte 1",
    ],
    ["a truncated tag", [0x80], ": truncated varint at byte 0"],
    ["field number 0", [0x00, 0x00], ": field number 0 at byte 0"],
    ["a tag above 32 bits", [0x88, 0x80, 0x80, 0x80, 0x10, 0], ": tag above 32 bits at byte 0"],
    ["a scalar of another wire type", [0x0d, 0, 0, 0, 0], "count: wire type 5 where 0 belongs at byte 1"],
    ["a message as a number", [0x10, 1], "innerThing: wire type 0 where 2 belongs at byte 1"],
    ["a list of another wire type", [0x18, 1], "data: wire type 0 where 1 belongs at byte 1"],
    [
      "a length beyond the end",
      [0x2a, 5, 0x61],
      "title: truncated: a length of 5 with 1 bytes left at byte 1",
    ],
    [
      "a length beyond the message around it",
      [0x12, 2, 0x2a, 1, 0x61],
      "innerThing.title: truncated: a length of 1 with 0 bytes left at byte 3",
    ],
    [
      "a length of 2^63",
      [0x2a, ...Array<number>(9).fill(0x80), 1],
      `title: truncated: a length of ${2n ** 63n} with 0 bytes left at byte 1`,
    ],
    ["bytes that are not UTF-8", [0x2a, 2, 0xc3, 0x28], "title: invalid UTF-8 at byte 2"],
    ["a surrogate in UTF-8", [0x2a, 3, 0xed, 0xa0, 0x80], "title: invalid UTF-8 at byte 2"],
    [
      "a packed list that is no multiple",
      [0x1a, 9, ...Array<number>(9).fill(0)],
      "data: a packed list of 9 bytes, which is no multiple of 8 at byte 2",
    ],
    ["a truncated double", [0x19, 0, 0], "data: truncated 8-byte value at byte 1"],
    ["a packed varint that crosses its end", [0x22, 1, 0x80, 0x01], "steps: truncated varint at byte 2"],
    ["a wire type that does not exist", [0xf7, 0x01], ": wire type 7 does not exist at byte 2"],
    ["a group that does not end", [0xf3, 0x01, 0x08, 0x01], ": truncated varint at byte 4"],
    [
      "a group that ends as another",
      [0xf3, 0x01, 0xfc, 0x01],
      ": end of a group that was not begun at byte 4",
    ],
    ["an end without a group", [0xf4, 0x01], ": end of a group that was not begun at byte 2"],
    [
      "an error in a list of messages",
      [0x3a, 0, 0x3a, 1, 0x08],
      "things[1].count: truncated varint at byte 5",
    ],
  ])("refuses %s, naming the path and the byte", (_title, bytes, said) => {
    const path = said.startsWith(":") ? "test.Thing" : "test.Thing.";
    expect(refusal(Uint8Array.from(bytes))).toBe(`BAD_PAYLOAD ${path}${said}`);
  });

  it("refuses messages nested too deep, also unknown groups, and takes those at the limit", () => {
    const nested = (depth: number): Uint8Array => {
      let bytes = new Uint8Array(0);
      for (let left = depth; left > 0; left--) {
        const writer = new ByteWriter();
        writer.tag(2, 2);
        writer.bytes(bytes);
        bytes = writer.finish();
      }
      return bytes;
    };
    expect(refusal(nested(3_000))).toMatch(
      /^BAD_PAYLOAD test\.Thing\.innerThing.*: nested deeper than 100 messages/,
    );
    expect(refusal(nested(limits.nestingMax + 1))).toContain("nested deeper");
    expect(decodeMessage(setup(), nested(limits.nestingMax))).toHaveProperty(
      "innerThing.innerThing.innerThing",
    );
    expect(refusal(Buffer.from("f301".repeat(3_000), "hex"))).toContain("groups nested deeper than 100");
  });

  it("refuses small payloads that would become very large values", () => {
    const type = typeWith([
      fieldOf("things", 1, "message", { typeName: ".test.Thing", ...list }),
      ...Array.from({ length: 100 }, (_none, index) => fieldOf(`f${index}`, 2 + index, "double", list)),
    ]);
    const bytes = Buffer.from("0a00".repeat(20_000), "hex");
    expect(() => decodeMessage(type, bytes)).toThrow(`more than ${limits.payloadValuesMax} values`);
  });

  it("fills in defaults and leaves absent messages out", () => {
    const decoded = decodeMessage(setup(), new Uint8Array(0));
    expect(decoded).toStrictEqual(defaults);
    expect(Object.keys(decoded)).not.toContain("innerThing");
  });

  it("gives keys in the order of the fields, whatever the order of the bytes", () => {
    const keys = Object.keys(defaults);
    expect(Object.keys(decodeMessage(setup(), Uint8Array.of(0x48, 1, 0x08, 1, 0x30, 1)))).toEqual(keys);
    expect(Object.keys(decodeMessage(setup(), Uint8Array.of(0x19, ...double(1), 0x08, 1)))).toEqual(keys);
  });

  it("lets the last value of a scalar win, as a zero too", () => {
    expect(decodeMessage(setup(), Uint8Array.of(0x08, 5, 0x08, 6))["count"]).toBe(6);
    expect(decodeMessage(setup(), Uint8Array.of(0x08, 5, 0x08, 0))["count"]).toBe(0);
  });

  it("skips unknown fields of every wire type", () => {
    const unknown = [0xf0, 1, 0x80, 1, 0xf1, 1, ...double(1), 0xf2, 1, 2, 9, 9, 0xf5, 1, 1, 2, 3, 4];
    const group = [0xf3, 1, 0xfb, 1, 0x08, 7, 0xfc, 1, 0xf4, 1];
    expect(decodeMessage(setup(), Uint8Array.of(...unknown, 0x08, 5, ...group))).toEqual({
      ...defaults,
      count: 5,
    });
  });

  it("merges a message that comes again, and joins lists that come in pieces", () => {
    const piece = (...numbers: number[]) => [0x1a, 8 * numbers.length, ...numbers.flatMap(double)];
    const inner = (...bytes: number[]) => [0x12, bytes.length, ...bytes];
    const bytes = Uint8Array.of(
      ...inner(0x08, 1, ...piece(1, 2), 0x20, 1),
      ...piece(9),
      ...inner(0x2a, 1, 0x61, 0x19, ...double(3), 0x22, 2, 2, 3),
      ...inner(...piece(), ...piece(4, 5)),
    );
    const innerThing = {
      ...defaults,
      count: 1,
      data: new Float64Array([1, 2, 3, 4, 5]),
      steps: [1, 2, 3],
      title: "a",
    };
    expect(decodeMessage(setup(), bytes)).toEqual({ ...defaults, data: new Float64Array([9]), innerThing });
  });

  it("joins many single numbers in linear time", () => {
    const count = 200_000;
    const chunk = Uint8Array.of(0x19, ...double(1.5));
    const bytes = new Uint8Array(count * chunk.length);
    for (let index = 0; index < count; index++) bytes.set(chunk, index * chunk.length);
    expect(decodeMessage(setup(), bytes)["data"]).toEqual(new Float64Array(count).fill(1.5));
  });

  it("names enum values, the first of two names, and leaves unknown numbers", () => {
    expect(decodeMessage(setup(), Uint8Array.of(0x30, 1))["color"]).toBe("RED");
    expect(decodeMessage(setup(), Uint8Array.of(0x30, 9))["color"]).toBe(9);
  });

  it("reads from any part of a larger buffer, and copies what it keeps", () => {
    const type = setup();
    const given = { data: new Float64Array(40).fill(2), body: Uint8Array.of(1, 2), title: "grüße" };
    const bytes = encodeMessage(type, given);
    const large = Buffer.alloc(bytes.length + 11, 0xff);
    large.set(bytes, 7);
    const decoded = decodeMessage(type, large.subarray(7, 7 + bytes.length));
    large.fill(0);
    expect(decoded).toMatchObject(given);
    expect(decoded["body"]?.constructor).toBe(Uint8Array);
  });

  it("keeps a byte order mark", () => {
    expect(decodeMessage(setup(), Uint8Array.of(0x2a, 4, 0xef, 0xbb, 0xbf, 0x61))["title"]).toBe("\ufeffa");
  });

  it("gives fields with hostile names as own properties and takes them back", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "__defineGetter__"];
    const fields = names.map((name, index) => fieldOf(name, index + 1, "string", { jsonName: name }));
    const type = typeWith([
      ...fields,
      fieldOf("valueOf", 9, "message", { typeName: ".test.Thing", jsonName: "valueOf" }),
    ]);
    const bare = decodeMessage(type, encodeMessage(type, {}));
    expect(Object.entries(bare)).toEqual(names.map((name) => [name, ""]));
    const given: unknown = JSON.parse(
      '{"__proto__": "p", "constructor": "c", "valueOf": {"__proto__": "q"}}',
    );
    const decoded = decodeMessage(type, encodeMessage(type, given));
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(JSON.stringify(decoded)).toContain('"__proto__":"p","constructor":"c","toString":""');
    expect(JSON.stringify(decoded)).toContain('"valueOf":{"__proto__":"q"');
    expect(Object.prototype).not.toHaveProperty("p");
  });
});
