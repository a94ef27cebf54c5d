import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { messageFromJson, messageToJson, messageToJsonText } from "../../src/wire/json.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { fieldOf, linkedType, typeWith } from "../support/descriptor-builder.ts";
import { randomSet, randomValue } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

const runs = { seed: testSeed, numRuns: 400 };

function setup(seed: number) {
  const random = createSeededRandom(seed);
  const type = linkedType(randomSet(random));
  return { type, value: decodeMessage(type, encodeMessage(type, randomValue(random, type))) };
}

describe("messageFromJson", () => {
  it("brings back what messageToJson made", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { type, value } = setup(seed);
        expect(messageFromJson(type, messageToJson(type, value))).toEqual(value);
      }),
      runs,
    );
  });

  it("brings back what messageToJsonText wrote, signs of zeros too", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { type, value } = setup(seed);
        expect(messageFromJson(type, JSON.parse(messageToJsonText(type, value)))).toEqual(value);
      }),
      runs,
    );
    const type = typeWith([fieldOf("x", 1, "double"), fieldOf("list", 2, "float", { label: "repeated" })]);
    expect(messageToJsonText(type, { x: -0, list: [-0, 0, 1] })).toBe('{"x":-0,"list":[-0,0,1]}');
  });

  it("brings it back through text too, but for the sign of a zero, which JSON.stringify drops", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { type, value } = setup(seed);
        const text = JSON.stringify(messageToJson(type, value));
        expect(JSON.stringify(messageToJson(type, messageFromJson(type, JSON.parse(text))))).toBe(text);
      }),
      runs,
    );
  });
});
