import fc from "fast-check";
import { loadSync, type MessageTypeDefinition } from "@grpc/proto-loader";
import { describe, expect, it } from "vitest";
import { serviceTable } from "../../src/rpc/generated/service-table.ts";
import { messageCodec, type FieldRow } from "../../src/rpc/message-codec.ts";
import { repository } from "../support/source-files.ts";

/** The library that reads proto/ itself, as independent proof. */
const definition = loadSync(
  [
    ...["fabric", "executor", "kernels", "cluster"].map((name) => `heddle/v1/${name}.proto`),
    "grpc/health/v1/health.proto",
    ...["v1", "v1alpha"].map((version) => `grpc/reflection/${version}/reflection.proto`),
  ],
  { includeDirs: [`${repository}/proto`], longs: Number, enums: Number, defaults: true, oneofs: true },
);

function stock(name: string): MessageTypeDefinition<object, object> {
  const found = definition[name];
  if (found === undefined || !("format" in found) || !("serialize" in found)) throw new Error(`no ${name}`);
  return found as MessageTypeDefinition<object, object>; // messages have a format and a serializer
}

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int32: fc.integer(),
  sint32: fc.integer(),
  uint32: fc.nat(0xffff_ffff),
  fixed32: fc.nat(0xffff_ffff),
  uint64: fc.nat(Number.MAX_SAFE_INTEGER),
  bool: fc.boolean(),
  string: fc.oneof(fc.string(), fc.string({ unit: "grapheme" })),
  bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  double: fc.double(),
  float: fc.float(),
};

function valueOf({ type }: FieldRow): fc.Arbitrary<unknown> {
  if (type in serviceTable.messages) return messageOf(type);
  const numbers = serviceTable.enums[type];
  const known = numbers === undefined ? scalars[type] : fc.constantFrom(...Object.values(numbers), 77);
  if (known === undefined) throw new Error(`no values of ${type}`);
  return known;
}

function fieldOf(row: FieldRow): fc.Arbitrary<unknown> {
  if (row.key !== undefined) return fc.dictionary(fc.string(), valueOf(row), { maxKeys: 3 });
  return row.repeated === true ? fc.array(valueOf(row), { maxLength: 3 }) : valueOf(row);
}

/** Values of a message: any of its fields, at most one of each oneof. */
function messageOf(name: string): fc.Arbitrary<object> {
  const rows = serviceTable.messages[name] ?? [];
  const all = Object.fromEntries(rows.map((row) => [row.name, fieldOf(row)]));
  const oneofs = [...new Set(rows.flatMap(({ oneof }) => oneof ?? []))];
  const choices = oneofs.map((oneof) => fc.constantFrom(...rows.filter((row) => row.oneof === oneof)));
  return fc.tuple(fc.record(all, { requiredKeys: [] }), fc.tuple(...choices)).map(([value, chosen]) => {
    const left = rows.filter((row) => row.oneof === undefined || chosen.includes(row)).map((row) => row.name);
    return Object.fromEntries(Object.entries(value).filter(([key]) => left.includes(key)));
  });
}

const names = Object.keys(serviceTable.messages);

describe("messageCodec", () => {
  it.each(names)("writes %s as the stock library reads it, and reads what that writes", (name) => {
    const ours = messageCodec(name);
    const theirs = stock(name);
    fc.assert(
      fc.property(messageOf(name), (value) => {
        const bytes = theirs.serialize(value);
        const expected = theirs.deserialize(bytes);
        expect(ours.deserialize(bytes)).toEqual(expected);
        expect(theirs.deserialize(ours.serialize(value))).toEqual(expected);
        expect(ours.deserialize(ours.serialize(value))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it("skips fields that it does not know", () => {
    const bytes = Buffer.from([0xa2, 0x06, 1, 0, 0x0a, 1, 0x78]);
    expect(messageCodec("heddle.v1.Leaving").deserialize(bytes)).toEqual({ why: "x" });
  });

  it("merges a message that comes in two parts, and takes the last member of a oneof", () => {
    const { serialize, deserialize } = messageCodec("heddle.v1.RegisterRequest");
    const parts = [{ facts: { id: "a", pid: 1 } }, { facts: { id: "b" } }].map((part) => serialize(part));
    const merged = deserialize(Buffer.concat(parts));
    expect(merged).toMatchObject({ kind: "facts", facts: { id: "b", pid: 1 } });
    const last = deserialize(Buffer.concat([...parts, serialize({ leaving: { why: "x" } })]));
    expect(last).toEqual({ kind: "leaving", leaving: { why: "x" } });
  });

  it("takes names of enums", () => {
    const { serialize, deserialize } = messageCodec("grpc.health.v1.HealthCheckResponse");
    expect(deserialize(serialize({ status: "NOT_SERVING" }))).toEqual({ status: 2 });
  });

  it("drops the fraction of what is counted in whole numbers", () => {
    const { serialize, deserialize } = messageCodec("heddle.v1.Accepted");
    expect(deserialize(serialize({ heartbeatMs: 7.9 }))).toMatchObject({ heartbeatMs: 7 });
  });

  it("names the field that got a value of another type, and writes the next message whole", () => {
    const { serialize } = messageCodec("heddle.v1.Leaving");
    expect(() => serialize({ why: 7 })).toThrow("the field why got 7, which is no string");
    expect(serialize({ why: "x" })).toEqual(Buffer.from([0x0a, 1, 0x78]));
  });

  it.each([
    ["ends early", [0x0a, 5, 0x78], /^heddle\.v1\.Leaving: truncated.* at byte/],
    ["has a wrong wire type", [0x08, 5], /^heddle\.v1\.Leaving: wire type 0 where 2 belongs in why/],
    ["is not UTF-8", [0x0a, 1, 0xff], /invalid UTF-8/],
  ])("refuses a message that %s", (_what, bytes, said) => {
    const read = () => messageCodec("heddle.v1.Leaving").deserialize(Buffer.from(bytes));
    expect(read).toThrow(
      expect.objectContaining({ reason: "PROTOCOL", rawMessage: expect.stringMatching(said) }),
    );
  });

  it("keeps no message that contains itself, which would let bytes set the depth of its recursion", () => {
    const inside = (name: string, around: readonly string[]): void => {
      expect(around).not.toContain(name);
      for (const { type } of serviceTable.messages[name] ?? []) inside(type, [...around, name]);
    };
    for (const name of names) inside(name, []);
  });
});
