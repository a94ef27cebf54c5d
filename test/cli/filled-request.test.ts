import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { UsageError } from "../../src/cli/exit-code.ts";
import { filledRequest } from "../../src/cli/filled-request.ts";
import { messageFromJson } from "../../src/wire/json.ts";
import { encodeMessage } from "../../src/wire/message.ts";
import type { MessageType } from "../../src/wire/schema.ts";
import { fieldOf, linkedType, messageOf, setOf } from "../support/descriptor-builder.ts";
import { randomSet } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

function sizeOf(type: MessageType, bytes: number): number {
  const json: unknown = JSON.parse(JSON.stringify(filledRequest(type, bytes)));
  return encodeMessage(type, messageFromJson(type, json)).length;
}

const typeOf = (...fields: ReturnType<typeof fieldOf>[]): MessageType =>
  linkedType(setOf([messageOf("Thing", fields)]));

describe("filledRequest", () => {
  it.each([
    ["bytes", fieldOf("data", 1, "bytes")],
    ["text", fieldOf("data", 1, "string")],
    ["doubles", fieldOf("data", 1, "double", { label: "repeated" })],
    ["integers", fieldOf("data", 1, "int32", { label: "repeated" })],
  ])("fills a field of %s to the size", (_what, field) => {
    for (const bytes of [0, 64, 1000]) {
      expect(sizeOf(typeOf(field), bytes)).toBeGreaterThanOrEqual(bytes);
      expect(sizeOf(typeOf(field), bytes)).toBeLessThanOrEqual(bytes + 4);
    }
  });

  it("takes the first field that can hold so much", () => {
    const type = typeOf(
      fieldOf("n", 1, "double"),
      fieldOf("some_text", 2, "string"),
      fieldOf("b", 3, "bytes"),
    );
    expect(filledRequest(type, 3)).toEqual({ someText: "xxx" });
  });

  it("says which fields there are when none can", () => {
    const type = typeOf(fieldOf("a", 1, "double"), fieldOf("b", 2, "bool"));
    expect(() => filledRequest(type, 8)).toThrow(
      "--payload-bytes fills a field of bytes, text or numbers, of which test.Thing has none (its fields: a, b); give --payload",
    );
  });

  it("gives a request that encodes, or says that it cannot, whatever the types", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 2000 }), (seed, bytes) => {
        const type = linkedType(randomSet(createSeededRandom(seed)));
        try {
          expect(sizeOf(type, bytes)).toBeGreaterThanOrEqual(bytes - (bytes % 8));
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
        }
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });
});
