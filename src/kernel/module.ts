/**
 * The sections of a WebAssembly module, as far as admission and normalisation look into them. This is no validator:
 * V8 has accepted the bytes before or will refuse them after. It only never reads outside of them, never loops longer
 * than they are, and refuses what it does not know.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { BinaryReader } from "./binary-reader.ts";
import {
  readExport,
  readGlobal,
  readImport,
  readMemoryType,
  readTable,
  type ExportEntry,
  type GlobalType,
  type ImportEntry,
  type MemoryType,
  type TableType,
} from "./module-entries.ts";
import { readTypes } from "./type-section.ts";
import type { FunctionType } from "./value-type.ts";

/** Section numbers of the binary format. */
export const SectionId = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  START: 8,
  ELEMENT: 9,
  CODE: 10,
  DATA_COUNT: 12,
} as const;

/** The version of the module contract. */
export const abiVersion = 1;

/** The names of its custom sections. */
export const CustomSection = {
  ABI: "heddle.abi",
  DESCRIPTOR: "heddle.descriptor",
  MANIFEST: "heddle.manifest",
  /** May be absent: places of the code in its sources. */
  SOURCE_MAP: "heddle.sourcemap",
} as const;

/** Where a section lies: its id byte, its body, the byte after it. */
export interface Section {
  readonly id: number;
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** A module taken apart. */
export interface ModuleSections {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  /** By type index. */
  readonly types: readonly FunctionType[];
  readonly imports: readonly ImportEntry[];
  /** Types of all functions, imported ones first; undefined where the index names no function type. */
  readonly functions: readonly (FunctionType | undefined)[];
  /** Tables the module defines itself. */
  readonly tables: readonly TableType[];
  /** Memories the module defines itself. */
  readonly memories: readonly MemoryType[];
  /** Globals the module defines itself. */
  readonly globals: readonly GlobalType[];
  readonly exports: readonly ExportEntry[];
  readonly hasStart: boolean;
  /** Bodies of the custom sections whose name begins with `heddle.`. */
  readonly custom: ReadonlyMap<string, Uint8Array>;
}

/** Takes a module apart. Throws BAD_MODULE with an offset, or MODULE_TOO_LARGE. */
export function parseModule(bytes: Uint8Array): ModuleSections {
  if (bytes.length > limits.moduleMaxBytes) {
    const said = `the module has ${bytes.length} bytes, the limit is ${limits.moduleMaxBytes}`;
    throw new HeddleError("MODULE_TOO_LARGE", said);
  }
  const sections = readSections(bytes);
  const open = (id: number) => openSection(bytes, sections, id);
  const types = readTypes(open(SectionId.TYPE));
  const imports = readVector(open(SectionId.IMPORT), "imports", (reader) => readImport(reader, types));
  const imported = imports.filter(({ kind }) => kind === "function").map(({ type }) => type);
  return {
    bytes,
    sections,
    types,
    imports,
    functions: [
      ...imported,
      ...readVector(open(SectionId.FUNCTION), "functions", (reader) => types[reader.u32()]),
    ],
    tables: readVector(open(SectionId.TABLE), "tables", readTable),
    memories: readVector(open(SectionId.MEMORY), "memories", readMemoryType),
    globals: readVector(open(SectionId.GLOBAL), "globals", readGlobal),
    exports: readVector(open(SectionId.EXPORT), "exports", readExport),
    hasStart: open(SectionId.START) !== undefined,
    custom: readCustomSections(bytes, sections),
  };
}

function readSections(bytes: Uint8Array): Section[] {
  const reader = new BinaryReader(bytes);
  if (bytes.length < 8) reader.fail(`${bytes.length} bytes are too few for a WebAssembly module`);
  if (bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) {
    reader.fail(`no WebAssembly module begins like this (magic number "\\0asm")`);
  }
  if (bytes[4] !== 1 || bytes[5] !== 0 || bytes[6] !== 0 || bytes[7] !== 0) {
    reader.fail("only WebAssembly version 1 modules are taken, no components", 4);
  }
  reader.skip(8);
  const sections: Section[] = [];
  const seen = new Set<number>();
  while (reader.at < reader.end) {
    const start = reader.at;
    const id = reader.byte();
    if (id > 13) reader.fail(`section ${id} is unknown`, start);
    if (id !== SectionId.CUSTOM && seen.has(id)) reader.fail(`section ${id} is there twice`, start);
    seen.add(id);
    const size = reader.u32();
    const bodyStart = reader.at;
    reader.skip(size);
    sections.push({ id, start, bodyStart, end: reader.at });
  }
  return sections;
}

/** A reader over the body of a section, or undefined when the module lacks it. */
function openSection(bytes: Uint8Array, sections: readonly Section[], id: number): BinaryReader | undefined {
  const section = sections.find((candidate) => candidate.id === id);
  return section && new BinaryReader(bytes, section.bodyStart, section.end);
}

function readVector<T>(
  reader: BinaryReader | undefined,
  what: string,
  one: (reader: BinaryReader) => T,
): T[] {
  if (reader === undefined) return [];
  return Array.from({ length: reader.count(what) }, () => one(reader));
}

/** Bodies of our own custom sections, by name; a second one of a name is refused rather than chosen from. */
function readCustomSections(bytes: Uint8Array, sections: readonly Section[]): Map<string, Uint8Array> {
  const custom = new Map<string, Uint8Array>();
  for (const section of sections) {
    if (section.id !== SectionId.CUSTOM) continue;
    const reader = new BinaryReader(bytes, section.bodyStart, section.end);
    const name = reader.name();
    if (!name.startsWith("heddle.")) continue;
    if (custom.has(name)) reader.fail(`custom section "${name}" is there twice`, section.start);
    custom.set(name, bytes.subarray(reader.at, section.end));
  }
  return custom;
}
