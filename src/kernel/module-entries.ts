import type { BinaryReader } from "./binary-reader.ts";
import { skipExpression } from "./instructions.ts";
import { readValueType, type FunctionType, type ValueType } from "./value-type.ts";

/** What an import or an export is, in the order of the binary format. */
const externKinds = ["function", "table", "memory", "global", "tag"] as const;
export type ExternKind = (typeof externKinds)[number];

/** An imported thing. */
export interface ImportEntry {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternKind;
  /** Of a function. */
  readonly type: FunctionType | undefined;
}

/** An exported thing. */
export interface ExportEntry {
  readonly name: string;
  readonly kind: ExternKind;
  /** Among all things of its kind, imported ones first. */
  readonly index: number;
}

/** A memory as it is declared. */
export interface MemoryType {
  readonly pagesMin: number;
  readonly pagesMax: number | undefined;
  readonly shared: boolean;
  /** Addresses have 64 bits; the page counts are not read then. */
  readonly wide: boolean;
}

/** A table as it is declared. */
export interface TableType {
  readonly entriesMin: number;
  readonly entriesMax: number | undefined;
}

/** A global as it is declared. */
export interface GlobalType {
  readonly type: ValueType;
  readonly mutable: boolean;
}

export function readImport(reader: BinaryReader, types: readonly (FunctionType | undefined)[]): ImportEntry {
  const module = reader.name();
  const name = reader.name();
  const kind = readExternKind(reader);
  return { module, name, kind, type: readImportType(reader, kind, types) };
}

/** Reads what follows the kind of an import; gives the type of a function. */
function readImportType(
  reader: BinaryReader,
  kind: ExternKind,
  types: readonly (FunctionType | undefined)[],
): FunctionType | undefined {
  switch (kind) {
    case "function":
      return types[reader.u32()];
    case "table":
      readValueType(reader);
      readMemoryType(reader); // the limits of a table are written like those of a memory
      return undefined;
    case "memory":
      readMemoryType(reader);
      return undefined;
    case "global":
      readGlobalType(reader);
      return undefined;
    case "tag":
      reader.skip(1);
      reader.u32();
      return undefined;
    default:
      return kind satisfies never;
  }
}

export function readExport(reader: BinaryReader): ExportEntry {
  return { name: reader.name(), kind: readExternKind(reader), index: reader.u32() };
}

export function readMemoryType(reader: BinaryReader): MemoryType {
  const start = reader.at;
  const flags = reader.byte();
  if (flags > 7) reader.fail(`limits with the flags 0x${flags.toString(16)} are unknown`, start);
  const shared = (flags & 2) !== 0;
  const wide = (flags & 4) !== 0;
  const bounded = (flags & 1) !== 0;
  if (wide) {
    reader.skipLeb();
    if (bounded) reader.skipLeb();
    return { pagesMin: 0, pagesMax: undefined, shared, wide };
  }
  return { pagesMin: reader.u32(), pagesMax: bounded ? reader.u32() : undefined, shared, wide };
}

export function readTable(reader: BinaryReader): TableType {
  const initialized = reader.bytes[reader.at] === 0x40;
  if (initialized) reader.skip(2);
  readValueType(reader);
  const start = reader.at;
  const { pagesMin, pagesMax, wide } = readMemoryType(reader); // the limits are written like those of a memory
  if (wide) reader.fail("tables with 64-bit indices are not offered; found one", start);
  if (initialized) skipExpression(reader);
  return { entriesMin: pagesMin, entriesMax: pagesMax };
}

export function readGlobal(reader: BinaryReader): GlobalType {
  const type = readGlobalType(reader);
  skipExpression(reader);
  return type;
}

function readGlobalType(reader: BinaryReader): GlobalType {
  const type = readValueType(reader);
  return { type, mutable: (reader.byte() & 1) !== 0 };
}

function readExternKind(reader: BinaryReader): ExternKind {
  const start = reader.at;
  const byte = reader.byte();
  return externKinds[byte] ?? reader.fail(`kind ${byte} of an import or export is unknown`, start);
}
