/**
 * The source map that goes into a module. What Binaryen writes has an entry for nearly every instruction; a stack
 * names only those that can trap or call, and the beginning of functions. An entry is kept where the place of these
 * changes, with the function that is written there, which is a tenth of the size.
 */
import { BinaryReader } from "../kernel/binary-reader.ts";
import { skipExpression } from "../kernel/instructions.ts";
import { parseModule, SectionId } from "../kernel/module.ts";
import { SourceMap } from "../kernel/source-map.ts";
import type { SourcePlaces } from "./source-places.ts";

/** A module as Binaryen writes it. */
export interface MappedModule {
  readonly wasm: Uint8Array;
  /** Binaryen's source map of it. */
  readonly map: string;
  /** Names of the functions with a body, in order. */
  readonly functions: readonly string[];
  /** Where an offset of that module has gone. */
  readonly moved: (offset: number) => number;
}

/** Line and column count from 0 here, as in the format. */
interface Entry {
  readonly offset: number;
  readonly source: string;
  readonly line: number;
  readonly column: number;
  readonly name: string;
}

/** Opcodes that V8 can stop at with an error, and calls; those behind the prefixes all may. */
const stops: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x00], // unreachable
  [0x10, 0x11], // calls
  [0x28, 0x3e], // loads and stores
  [0x6d, 0x70], // i32 division
  [0x7f, 0x82], // i64 division
  [0xa8, 0xab], // truncation to i32
  [0xae, 0xb1], // truncation to i64
  [0xfc0008, 0xfc0011], // memory and tables at once
  [0xfd0000, 0xfd000b], // vector loads and stores
  [0xfd0054, 0xfd005d], // the same of lanes
];

/** Writes the source map of a module, in the usual format: one line, whose columns are offsets in the module. */
export function writeSourceMap(module: MappedModule, places: SourcePlaces): string {
  return encode(entriesOf(module, places));
}

function entriesOf({ wasm, map, functions, moved }: MappedModule, places: SourcePlaces): Entry[] {
  const code = parseModule(wasm).sections.find(({ id }) => id === SectionId.CODE);
  if (code === undefined) return [];
  const raw = new SourceMap(map);
  const reader = new BinaryReader(wasm, code.bodyStart, code.end);
  const entries: Entry[] = [];
  const add = (entry: Entry): void => {
    const last = entries.at(-1);
    if (last === undefined || !isSamePlace(last, entry)) entries.push(entry);
  };
  const bodies = reader.count("function bodies");
  for (let index = 0; index < bodies; index++) {
    reader.u32();
    const start = reader.at;
    skipLocals(reader);
    add(beginning(moved(start), functions[index] ?? "", places));
    skipExpression(reader, (opcode, at) => {
      if (!stops.some(([first, last]) => opcode >= first && opcode <= last)) return;
      const place = raw.placeAt(at, start);
      if (place === null) return add({ ...nowhere, offset: moved(at) });
      const { source, line, column } = place;
      const name = places.functionAt(source, line, column);
      add({ offset: moved(at), source, line: line - 1, column: column - 1, name });
    });
  }
  return entries;
}

const nowhere: Entry = { offset: 0, source: "", line: 0, column: 0, name: "" };

/** Where V8 says a function is that found no room on the stack. */
function beginning(offset: number, name: string, places: SourcePlaces): Entry {
  const found = places.declarationOf(name);
  if (found === null) return { ...nowhere, offset };
  return { offset, source: found.path, line: found.line - 1, column: found.column - 1, name: found.name };
}

function isSamePlace(a: Entry, b: Entry): boolean {
  return a.source === b.source && a.line === b.line && a.column === b.column && a.name === b.name;
}

function skipLocals(reader: BinaryReader): void {
  for (let groups = reader.count("groups of locals"); groups > 0; groups--) {
    reader.u32();
    reader.skipLeb();
  }
}

function encode(entries: readonly Entry[]): string {
  const sources = [...new Set(entries.flatMap(({ source }) => (source === "" ? [] : [source])))];
  const names = [...new Set(entries.flatMap(({ name }) => (name === "" ? [] : [name])))];
  const last = { offset: 0, source: 0, line: 0, column: 0, name: 0 };
  const mappings = entries.map((entry) => {
    const fields = [delta("offset", entry.offset)];
    if (entry.source === "") return fields.join("");
    fields.push(delta("source", sources.indexOf(entry.source)));
    fields.push(delta("line", entry.line), delta("column", entry.column));
    if (entry.name !== "") fields.push(delta("name", names.indexOf(entry.name)));
    return fields.join("");
  });
  return JSON.stringify({ version: 3, sources, names, mappings: mappings.join(",") });

  function delta(key: keyof typeof last, value: number): string {
    const difference = value - last[key];
    last[key] = value;
    return vlq(difference);
  }
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A number in base 64, five bits at a time, the sign in the lowest. */
function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits.charAt(rest > 0 ? digit | 32 : digit);
  } while (rest > 0);
  return text;
}
