import type { BinaryReader } from "./binary-reader.ts";
import { readValueType, type FunctionType, type ValueType } from "./value-type.ts";

const Form = {
  FUNCTION: 0x60,
  STRUCT: 0x5f,
  ARRAY: 0x5e,
  SUB: 0x50,
  SUB_FINAL: 0x4f,
  RECURSION_GROUP: 0x4e,
} as const;

/** Reads the type section, by type index; struct and array types of garbage-collected modules are undefined. */
export function readTypes(reader: BinaryReader | undefined): (FunctionType | undefined)[] {
  const types: (FunctionType | undefined)[] = [];
  if (reader === undefined) return types;
  const count = reader.count("types");
  for (let entry = 0; entry < count; entry++) {
    const form = reader.byte();
    if (form !== Form.RECURSION_GROUP) {
      types.push(readSubtype(reader, form));
      continue;
    }
    const members = reader.count("types of a recursion group");
    for (let member = 0; member < members; member++) types.push(readSubtype(reader, reader.byte()));
  }
  return types;
}

function readSubtype(reader: BinaryReader, form: number): FunctionType | undefined {
  if (form !== Form.SUB && form !== Form.SUB_FINAL) return readComposite(reader, form);
  const supertypes = reader.count("supertypes");
  for (let index = 0; index < supertypes; index++) reader.u32();
  return readComposite(reader, reader.byte());
}

function readComposite(reader: BinaryReader, form: number): FunctionType | undefined {
  switch (form) {
    case Form.FUNCTION:
      return { parameters: readValueTypes(reader), results: readValueTypes(reader) };
    case Form.STRUCT: {
      const fields = reader.count("fields");
      for (let index = 0; index < fields; index++) skipField(reader);
      return undefined;
    }
    case Form.ARRAY:
      skipField(reader);
      return undefined;
    default:
      return reader.fail(`type form 0x${form.toString(16)} is unknown`, reader.at - 1);
  }
}

function readValueTypes(reader: BinaryReader): ValueType[] {
  return Array.from({ length: reader.count("types") }, () => readValueType(reader));
}

function skipField(reader: BinaryReader): void {
  const packed = reader.bytes[reader.at];
  if (packed === 0x78 || packed === 0x77) reader.skip(1);
  else readValueType(reader);
  reader.skip(1); // mutability
}
