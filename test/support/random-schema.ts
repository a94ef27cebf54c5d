import type { Random } from "../../src/base/random.ts";
import type { FieldDescriptor, FileDescriptorSet, MessageDescriptor } from "../../src/wire/descriptor.ts";
import type { Field, MessageType, ScalarType } from "../../src/wire/schema.ts";
import { fieldOf, messageOf, setOf } from "./descriptor-builder.ts";

const scalars: readonly ScalarType[] = [
  "double",
  "float",
  "int64",
  "uint64",
  "int32",
  "fixed64",
  "fixed32",
  "bool",
  "string",
  "bytes",
  "uint32",
  "sfixed32",
  "sfixed64",
  "sint32",
  "sint64",
];
const unpackable = new Set(["string", "bytes", "message"]);
const colors = ["COLOR_NONE", "COLOR_RED", "COLOR_BLUE"];

function below(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[below(random, list.length)];
  if (item === undefined) throw new Error("pick needs a list that is not empty");
  return item;
}

/** A set of up to four messages that refer to one another in any way, with every kind of field. */
export function randomSet(random: Random): FileDescriptorSet {
  const names = ["First", "Second", "Third", "Fourth"].slice(0, 1 + below(random, 4));
  const values = colors.map((name, index) => ({ name, number: index === 2 ? -7 : index, comment: "" }));
  const enums = [{ name: "Color", values, comment: "" }];
  return setOf(
    names.map((name) => randomMessage(random, name, names)),
    { enums },
  );
}

function randomMessage(random: Random, name: string, names: readonly string[]): MessageDescriptor {
  const numbers = new Set<number>();
  for (let left = below(random, 7); left > 0; left--) {
    numbers.add(random.next() < 0.8 ? 1 + below(random, 15) : 16 + below(random, 15_000));
  }
  const fields: FieldDescriptor[] = [];
  const optional: string[] = [];
  for (const number of numbers) {
    const field = randomField(random, number, names);
    const presence = field.label === "repeated" ? 1 : random.next();
    if (presence < 0.15) fields.push({ ...field, oneofIndex: 0 });
    else if (presence < 0.3 && field.type !== "message") {
      fields.push({ ...field, oneofIndex: 1 + optional.length, proto3Optional: true });
      optional.push(`_${field.name}`);
    } else fields.push(field);
  }
  const oneofs = ["choice", ...optional].map((oneof) => ({ name: oneof, comment: "" }));
  return messageOf(name, fields, {
    oneofs: fields.some((field) => field.oneofIndex === 0) ? oneofs : shift(fields, oneofs),
  });
}

/** A oneof without members is not allowed: without it the others move up by one. */
function shift(fields: FieldDescriptor[], oneofs: readonly { name: string; comment: string }[]) {
  fields.forEach((field, index) => {
    if (field.oneofIndex !== undefined) fields[index] = { ...field, oneofIndex: field.oneofIndex - 1 };
  });
  return oneofs.slice(1);
}

function randomField(random: Random, number: number, names: readonly string[]): FieldDescriptor {
  const kind = random.next();
  const type = kind < 0.7 ? pick(random, scalars) : kind < 0.8 ? "enum" : "message";
  const typeName = type === "enum" ? ".test.Color" : type === "message" ? `.test.${pick(random, names)}` : "";
  const repeated = random.next() < 0.4;
  const packable = repeated && !unpackable.has(type);
  return fieldOf(`f${number}`, number, type, {
    typeName,
    label: repeated ? "repeated" : "optional",
    ...(packable && random.next() < 0.5 ? { packed: random.next() < 0.5 } : {}),
  });
}

/** A value of a type; some fields are missing, some are given in another accepted form. */
export function randomValue(random: Random, type: MessageType, depth = 0): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const taken = new Set<string>();
  for (const field of type.fields) {
    if (random.next() < 0.2 || (field.oneof !== "" && taken.has(field.oneof))) continue;
    if (field.kind === "message" && depth > 3) continue;
    taken.add(field.oneof);
    value[field.jsonName] = field.repeated
      ? Array.from({ length: below(random, random.next() < 0.1 ? 60 : 5) >> (depth > 1 ? 1 : 0) }, () =>
          randomElement(random, field, depth),
        )
      : randomElement(random, field, depth);
  }
  return value;
}

function randomElement(random: Random, field: Field, depth: number): unknown {
  if (field.kind === "message") return randomValue(random, field.message, depth + 1);
  if (field.kind === "enum") return random.next() < 0.7 ? pick(random, colors) : pick(random, [0, 1, -7, 99]);
  return randomScalar(random, field.type);
}

function randomScalar(random: Random, type: ScalarType): unknown {
  switch (type) {
    case "double":
      return pick(random, [0, -0, 1.5, NaN, Infinity, -Infinity, 5e-324, random.next() * 1e300, Math.PI]);
    case "float":
      return pick(random, [
        0,
        -0,
        1.5,
        NaN,
        Infinity,
        -Infinity,
        Math.fround(random.next()),
        Math.fround(1e-40),
      ]);
    case "bool":
      return random.next() < 0.5;
    case "string":
      return pick(random, [
        "",
        "x",
        "grüße",
        "𝕩 and 日本",
        "\u0000\u007f",
        "long ".repeat(below(random, 40)),
      ]);
    case "bytes":
      return Uint8Array.from({ length: below(random, 90) }, () => below(random, 256));
    case "int32":
    case "sint32":
    case "sfixed32":
      return pick(random, [0, 1, -1, 127, 128, -2147483648, 2147483647, below(random, 2 ** 32) | 0]);
    case "uint32":
    case "fixed32":
      return pick(random, [
        0,
        1,
        127,
        128,
        16383,
        16384,
        2 ** 21,
        2 ** 28,
        4294967295,
        below(random, 2 ** 32),
      ]);
    case "int64":
    case "sint64":
    case "sfixed64":
      return pick(random, [
        0,
        5,
        -5,
        0n,
        -1n,
        2n ** 63n - 1n,
        -(2n ** 63n),
        -(2 ** 40),
        2 ** 52,
        big(random),
      ]);
    case "uint64":
    case "fixed64":
      return pick(random, [
        0,
        5,
        0n,
        2n ** 64n - 1n,
        2n ** 63n,
        2 ** 35,
        2n ** 35n - 1n,
        BigInt.asUintN(64, big(random)),
      ]);
  }
}

function big(random: Random): bigint {
  const bits = BigInt.asIntN(64, (BigInt(below(random, 2 ** 32)) << 32n) | BigInt(below(random, 2 ** 32)));
  return bits >> BigInt(below(random, 64));
}
