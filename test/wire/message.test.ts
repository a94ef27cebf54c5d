import fc from "fast-check";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor/index.js";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import type { FileDescriptorSet } from "../../src/wire/descriptor.ts";
import { writeDescriptorSet } from "../../src/wire/descriptor-write.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import type { MessageType } from "../../src/wire/schema.ts";
import { linkedType } from "../support/descriptor-builder.ts";
import { randomSet, randomValue } from "../support/random-schema.ts";
import { testSeed } from "../support/seed.ts";

/** The same type as protobufjs, an independent implementation, sees it. */
function foreignType(set: FileDescriptorSet): protobuf.Type {
  // The descriptor extension adds this function; its declarations do not say so.
  const fromDescriptor = (protobuf.Root as unknown as { fromDescriptor(bytes: Uint8Array): protobuf.Root })
    .fromDescriptor;
  const root = fromDescriptor(writeDescriptorSet(set));
  return root.lookupType(`test.${set.files[0]?.messages[0]?.name}`);
}

/** Brings both sides to one form: plain arrays, 64-bit integers and bytes as text, no nulls. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as Iterable<unknown>, plain);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, plain(item)]).sort());
}

function setup(seed: number) {
  const random = createSeededRandom(seed);
  const set = randomSet(random);
  const type = linkedType(set);
  return { random, set, type, value: randomValue(random, type) };
}

const runs = { seed: testSeed, numRuns: 400 };

describe("encodeMessage", () => {
  it("writes what protobufjs reads as the same value", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { set, type, value } = setup(seed);
        const bytes = encodeMessage(type, value);
        const foreign = foreignType(set);
        const seen = foreign.toObject(foreign.decode(bytes), {
          longs: String,
          enums: String,
          defaults: true,
        });
        expect(plain(seen)).toEqual(plain(decodeMessage(type, bytes)));
      }),
      runs,
    );
  });

  it("writes fields in ascending order, so that equal values have equal bytes", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { type, value } = setup(seed);
        const bytes = encodeMessage(type, value);
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(encodeMessage(type, reversed)).toEqual(bytes);
        expect(encodeMessage(type, decodeMessage(type, bytes))).toEqual(bytes);
      }),
      runs,
    );
  });
});

describe("decodeMessage", () => {
  it("reads what protobufjs writes", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { set, type, value } = setup(seed);
        const decoded = decodeMessage(type, encodeMessage(type, value));
        const foreign = foreignType(set);
        const longs = foreign.toObject(foreign.decode(encodeMessage(type, value)), { longs: String });
        const bytes = foreign.encode(foreign.fromObject(longs)).finish();
        expect(plain(decodeMessage(type, bytes))).toEqual(plain(decoded));
      }),
      runs,
    );
  });

  it("reads packed lists where the type has them unpacked, and the other way round", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { set, type, value } = setup(seed);
        const bytes = encodeMessage(type, value);
        expect(decodeMessage(linkedType(withPackingFlipped(set)), bytes)).toEqual(decodeMessage(type, bytes));
      }),
      runs,
    );
  });

  it("merges two messages that follow one another", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { random, type, value } = setup(seed);
        const parts = [value, randomValue(random, type), randomValue(random, type)].map((one) =>
          encodeMessage(type, one),
        );
        const merged = parts.map((part) => decodeMessage(type, part)).reduce((a, b) => merge(type, a, b));
        expect(plain(decodeMessage(type, Buffer.concat(parts)))).toEqual(plain(merged));
      }),
      runs,
    );
  });

  it("gives a value or BAD_PAYLOAD for bytes that were tampered with, and the value can be encoded again", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { random, type, value } = setup(seed);
        for (let round = 0; round < 10; round++) {
          const bytes = tampered(encodeMessage(type, value), random.next);
          const decoded = decodedOrReason(() => decodeMessage(type, bytes));
          if (decoded === "BAD_PAYLOAD") continue;
          const again = decodeMessage(type, encodeMessage(type, decoded));
          expect(plain(again)).toEqual(plain(decoded));
        }
      }),
      runs,
    );
  });
});

type Value = Readonly<Record<string, unknown>>;

/** What protobuf calls merging, on decoded values: the slow and obvious way. */
function merge(type: MessageType, first: Value, second: Value): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...first };
  for (const field of type.fields) {
    const { jsonName: key, oneof } = field;
    const [before, after] = [first[key], second[key]];
    if (after === undefined) continue;
    if (oneof !== "") {
      for (const other of type.fields)
        if (other !== field && other.oneof === oneof) delete merged[other.jsonName];
    }
    if (field.repeated) merged[key] = [...(before as Iterable<unknown>), ...(after as Iterable<unknown>)];
    else if (field.kind === "message") {
      merged[key] = before === undefined ? after : merge(field.message, before as Value, after as Value);
    } else if (field.presence || !isDefault(after)) merged[key] = after;
  }
  return merged;
}

/** A default is not written, so it does not win over what came before. */
function isDefault(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return Object.is(value, 0) || [0n, "", false, "COLOR_NONE"].some((one) => one === value);
}

function withPackingFlipped(set: FileDescriptorSet): FileDescriptorSet {
  const files = set.files.map((file) => ({
    ...file,
    messages: file.messages.map((message) => ({
      ...message,
      fields: message.fields.map((field) =>
        field.label === "repeated" ? { ...field, packed: field.packed === false } : field,
      ),
    })),
  }));
  return { files };
}

/** Changes a few bytes, cuts the end off or doubles a part. */
function tampered(bytes: Uint8Array, chance: () => number): Uint8Array {
  const copy = Array.from(bytes);
  for (let left = 1 + Math.floor(chance() * 3); left > 0; left--) {
    const at = Math.floor(chance() * (copy.length + 1));
    const way = chance();
    if (way < 0.5) copy[at] = Math.floor(chance() * 256);
    else if (way < 0.7) copy.splice(at, 1 + Math.floor(chance() * 4));
    else if (way < 0.9) copy.splice(at, 0, ...copy.slice(at, at + Math.floor(chance() * 20)));
    else copy.length = at;
  }
  return Uint8Array.from(copy);
}

function decodedOrReason(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (error instanceof HeddleError) return error.reason;
    throw error;
  }
}
