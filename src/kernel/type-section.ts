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

/**
 * Reads the type section, by type index. Struct and array types are refused: what is made of them lies in V8's own
 * heap, where a single large array takes the whole process down and not just its thread.
 */
export function readTypes(reader: BinaryReader | undefined): FunctionType[] {
  const types: FunctionType[] = [];
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

function readSubtype(reader: BinaryReader, form: number): FunctionType {
  if (form !== Form.SUB && form !== Form.SUB_FINAL) return readComposite(reader, form);
  const supertypes = reader.count("supertypes");
  for (let index = 0; index < supertypes; index++) reader.u32();
  return readComposite(reader, reader.byte());
}

function readComposite(reader: BinaryReader, form: number): FunctionType {
  if (form === Form.FUNCTION) {
    return { parameters: readValueTypes(reader), results: readValueTypes(reader) };
  }
  const start = reader.at - 1;
  if (form === Form.STRUCT || form === Form.ARRAY) {
    reader.fail(
      "struct and array types (garbage collection) are not offered, nothing bounds their memory; found one",
      start,
    );
  }
  return reader.fail(`type form 0x${form.toString(16)} is unknown`, start);
}

function readValueTypes(reader: BinaryReader): ValueType[] {
  return Array.from({ length: reader.count("types") }, () => readValueType(reader));
}
