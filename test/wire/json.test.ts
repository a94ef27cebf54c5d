import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { messageFromJson, messageToJson } from "../../src/wire/json.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { linkedType } from "../support/descriptor-builder.ts";
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
