import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { MessageColumnReader, MessageColumnWriter } from "../../src/wire/message-column.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { fieldOf, linkedType, messageOf, setOf } from "../support/descriptor-builder.ts";
import { randomSet, randomValue } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

const capacity = 1024;
const runs = { seed: testSeed, numRuns: 300 };

/** Values of a random type, and their messages. */
function setup(seed: number) {
  const random = createSeededRandom(seed);
  const type = linkedType(randomSet(random));
  const values = Array.from({ length: 20 }, () => randomValue(random, type));
  return { type, values, messages: values.map((value) => encodeMessage(type, value)) };
}

/** A type whose only field is `value`. */
function onlyOf(type: "bytes" | "double" | "uint32" | "string") {
  return linkedType(setOf([messageOf("Response", [fieldOf("value", 1, type)])]));
}

describe("MessageColumnWriter", () => {
  it("writes what single messages would be, one after the other", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { type, values, messages } = setup(seed);
        const writer = new MessageColumnWriter(type, capacity);
        const columns: Uint8Array[] = [];
        for (const value of values) {
          const encoded = writer.encode(value);
          if (typeof encoded === "number") continue;
          columns.push(writer.take());
          if (encoded.length > capacity) columns.push(encoded.slice());
          else writer.put(encoded);
        }
        columns.push(writer.take());
        expect(Buffer.concat(columns).equals(Buffer.concat(messages))).toBe(true);
      }),
      runs,
    );
  });

  it("gives columns that nothing is written to any more", () => {
    const type = onlyOf("bytes");
    const writer = new MessageColumnWriter(type, capacity);
    const columns = Array.from({ length: 20 }, (_, index) => {
      writer.encode({ value: new Uint8Array(index * 40).fill(index) });
      return writer.take();
    });
    const expected = Array.from({ length: 20 }, (_, index) =>
      encodeMessage(type, { value: new Uint8Array(index * 40).fill(index) }),
    );
    expect(columns.map((column) => [...column])).toEqual(expected.map((message) => [...message]));
  });

  it("gives the bytes of what has no room, and keeps what it has", () => {
    const type = onlyOf("bytes");
    const writer = new MessageColumnWriter(type, capacity);
    expect(writer.encode({ value: new Uint8Array(1000).fill(1) })).toBe(1003);
    const encoded = writer.encode({ value: Uint8Array.of(...Array(30).keys()) });
    expect([...(encoded as Uint8Array)]).toEqual([10, 30, ...Array(30).keys()]);
    expect(writer.length).toBe(1003);
    expect([...writer.take().subarray(3)]).toEqual(Array(1000).fill(1));
  });

  it("is as it was after a value that is not valid", () => {
    const type = onlyOf("uint32");
    const writer = new MessageColumnWriter(type, capacity);
    writer.encode({ value: 300 });
    expect(() => writer.encode({ value: -1 })).toThrow("test.Response.value");
    writer.encode({ value: 1 });
    expect([...writer.take()]).toEqual([8, 0xac, 2, 8, 1]);
  });
});

describe("MessageColumnReader", () => {
  it("reads what single messages are", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { type, messages } = setup(seed);
        const column = Buffer.concat(messages);
        const reader = new MessageColumnReader(type);
        let at = 0;
        for (const message of messages) {
          expect(reader.decode(column, at, at + message.length)).toEqual(decodeMessage(type, message));
          at += message.length;
        }
      }),
      runs,
    );
  });

  it("reads the only field of a type, however it was encoded", () => {
    const type = onlyOf("string");
    const texts: readonly (readonly [readonly number[], string])[] = [
      [[10, 1, 97], "a"],
      [[], ""],
      [[10, 1, 97, 10, 1, 98], "b"],
      [[16, 5, 10, 1, 99], "c"],
      [[10, 1, 100, 16, 5], "d"],
    ];
    const column = Uint8Array.from(texts.flatMap(([bytes]) => bytes));
    const reader = new MessageColumnReader(type);
    let at = 0;
    for (const [bytes, text] of texts) {
      expect(reader.decodeOnly(column, at, at + bytes.length, "value")).toBe(text);
      expect(decodeMessage(type, Uint8Array.from(bytes))["value"]).toBe(text);
      at += bytes.length;
    }
  });

  it.each([
    ["a wrong wire type", [8, 1], "test.Response.value: wire type 0 where 2 belongs at byte 1"],
    [
      "what ends too early",
      [10, 5, 97],
      "test.Response.value: truncated: a length of 5 with 1 bytes left at byte 1",
    ],
    ["what is not UTF-8", [10, 1, 0xff], "test.Response.value: invalid UTF-8 at byte 2"],
  ])("refuses %s as it does in a single message, with its place there", (_what, bytes, said) => {
    const type = onlyOf("string");
    const column = Uint8Array.of(10, 1, 97, ...bytes, 10, 1, 97);
    const reader = new MessageColumnReader(type);
    expect(() => reader.decodeOnly(column, 3, 3 + bytes.length, "value")).toThrow(said);
    expect(() => decodeMessage(type, Uint8Array.from(bytes))).toThrow(said);
  });

  it("goes from column to column", () => {
    const type = onlyOf("uint32");
    const reader = new MessageColumnReader(type);
    const [first, second] = [Uint8Array.of(8, 1), Uint8Array.of(0, 8, 2)];
    expect(reader.decodeOnly(first, 0, 2, "value")).toBe(1);
    expect(reader.decodeOnly(second, 1, 3, "value")).toBe(2);
    expect(reader.decodeOnly(first, 0, 2, "value")).toBe(1);
  });
});
