import { createRequire } from "node:module";
import fc from "fast-check";
import protobuf from "protobufjs";

const require = createRequire(import.meta.url);
/** protobufjs ships this extension as CommonJS only; it adds `fromDescriptor` to Root. */
const { FileDescriptorSet }: { FileDescriptorSet: protobuf.Type } = require("protobufjs/ext/descriptor");

interface WithDescriptors {
  fromDescriptor(set: protobuf.Message): protobuf.Root;
}

/** The types of a descriptor set as a stock implementation reads them. */
export function stockTypes(descriptorSet: Uint8Array): protobuf.Root {
  const root = protobuf.Root as unknown as WithDescriptors; // the extension above adds the method
  const types = root.fromDescriptor(FileDescriptorSet.decode(descriptorSet));
  types.resolveAll();
  return types;
}

/** A message as plain values that compare well: bigints and bytes as text, every field there. */
export function plain(type: protobuf.Type, bytes: Uint8Array): Record<string, unknown> {
  return type.toObject(type.decode(bytes), { longs: String, bytes: String, defaults: true });
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  byte: [0, 255],
  signed_byte: [-128, 127],
  short: [-32_768, 32_767],
  shorts: [-32_768, 32_767],
  ushort: [0, 65_535],
};

/** Random values of a message, as `fromObject` takes them. Messages get rarer with depth. */
export function messageArbitrary(type: protobuf.Type, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray) {
    const isMessage = field.resolvedType instanceof protobuf.Type;
    if (isMessage && depth > 3) continue;
    const one = valueArbitrary(field, depth);
    fields[field.name] = field.repeated ? fc.array(one, { maxLength: isMessage ? 4 : 20 }) : one;
  }
  return fc.record(fields, { requiredKeys: [] });
}

function valueArbitrary(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const { resolvedType, type, name } = field;
  if (resolvedType instanceof protobuf.Type) return messageArbitrary(resolvedType, depth + 1);
  if (resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(resolvedType.values));
  const [min, max] = ranges[name] ?? [-0x8000_0000, 0x7fff_ffff];
  switch (type) {
    case "double":
      return fc.double();
    case "float":
      return fc.float();
    case "int32":
    case "sfixed32":
      return fc.oneof(
        fc.integer({ min, max }),
        fc.integer({ min: Math.max(min, -3), max: 300 }).filter((n) => n <= max),
      );
    case "uint32":
    case "fixed32":
      return fc.integer({ min: 0, max: ranges[name] === undefined ? 0xffff_ffff : max });
    case "int64":
    case "sfixed64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case "uint64":
    case "fixed64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case "bool":
      return fc.boolean();
    case "string":
      return fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: "binary", maxLength: 30 }));
    case "bytes":
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    default:
      throw new Error(`no random values for ${type}`);
  }
}
