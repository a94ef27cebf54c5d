import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { sampleRequest } from "../../src/cli/sample-request.ts";
import { messageFromJson } from "../../src/wire/json.ts";
import { encodeMessage } from "../../src/wire/message.ts";
import { fieldOf, linkedType, messageOf, setOf, typeWith } from "../support/descriptor-builder.ts";
import { randomSet } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

describe("sampleRequest", () => {
  it("gives JSON that is a request, whatever the types", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const type = linkedType(randomSet(createSeededRandom(seed)));
        const json: unknown = JSON.parse(JSON.stringify(sampleRequest(type)));
        encodeMessage(type, messageFromJson(type, json));
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("has something in every field, but not a message in itself", () => {
    const inner = fieldOf("inner", 3, "message", { typeName: ".test.Inner", label: "repeated" });
    const type = linkedType(
      setOf([
        messageOf("Thing", [fieldOf("n", 1, "double"), fieldOf("big_one", 2, "int64"), inner]),
        messageOf("Inner", [
          fieldOf("up", 1, "message", { typeName: ".test.Thing" }),
          fieldOf("ok", 2, "bool"),
        ]),
      ]),
    );
    expect(sampleRequest(type)).toEqual({ n: 1, bigOne: "1", inner: [{ ok: true }] });
    expect(sampleRequest(typeWith([]))).toEqual({});
  });
});
