/**
 * A second form of a normalised module, whose code keeps a mark of how far up memory was written (`watched-stores.ts`).
 * Where calls take microseconds, clearing 64 KiB after each is most of their cost; with the mark only what lies below it
 * is cleared. The mark itself costs some percent of a long call, so both forms are kept (`instance-state.ts` chooses).
 *
 * The form is made and compiled here, from bytes whose every instruction was looked at: that nothing is written above
 * the mark is a property of this code and no promise of the kernel's.
 */
import { limits } from "../base/limits.ts";
import { BinaryReader } from "./binary-reader.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { parseModule, SectionId, type ModuleSections, type Section } from "./module.ts";
import type { NormalizedModule } from "./normalize.ts";
import { reservedExportPrefix } from "./signature.ts";
import { watchStores } from "./watched-stores.ts";

/** How the mark of an instance is read, and its code related to that of the module without one. */
export interface Watch {
  /** Name of the exported global that is the mark. */
  readonly mark: string;
  /** Pairs of offsets, ascending: what begins at the first in the normalised module begins at the second in this one. */
  readonly moves: Uint32Array;
}

/** The form with the mark. */
export interface WatchedModule {
  readonly bytes: Uint8Array;
  readonly watch: Watch;
}

const markExport = `${reservedExportPrefix}mark`;
/** Sections that stand behind the globals. */
const behindGlobals = new Set<number>([
  SectionId.EXPORT,
  SectionId.START,
  SectionId.ELEMENT,
  SectionId.DATA_COUNT,
  SectionId.CODE,
]);
const externGlobal = 3;

/** Writes the form with the mark; undefined where it would be of no use. Throws BAD_MODULE for code that is not offered. */
export function watchModule({ bytes, plan }: NormalizedModule): WatchedModule | undefined {
  if (plan.kind !== "image" || plan.memory === undefined || bytes.length > limits.watchedModuleMaxBytes) {
    return undefined;
  }
  const sections = parseModule(bytes);
  // The mark comes after all globals; those that are imported have the first numbers.
  const mark = sections.imports.filter((entry) => entry.kind === "global").length + sections.globals.length;
  const writer = new BinaryWriter(2 * bytes.length);
  writer.bytes(bytes.subarray(0, 8));
  let moves: Uint32Array = new Uint32Array(0);
  let isDeclared = false;
  for (const section of sections.sections) {
    if (!isDeclared && behindGlobals.has(section.id)) {
      isDeclared = true;
      writer.section(SectionId.GLOBAL, globalBody(sections));
    }
    if (section.id === SectionId.GLOBAL) continue;
    if (section.id === SectionId.EXPORT) writer.section(section.id, exportBody(sections, section, mark));
    else if (section.id === SectionId.CODE) {
      const watched = watchStores(sections, section, mark);
      if (watched === undefined) return undefined;
      writer.section(section.id, watched.body);
      const base = writer.size - watched.body.size;
      moves = sharedPairs(watched.moves, base);
    } else writer.bytes(bytes.subarray(section.start, section.end));
  }
  return { bytes: writer.finish().slice(), watch: { mark: markExport, moves } };
}

/** In memory that all workers share. The second of each pair begins at `base`. */
function sharedPairs(pairs: readonly number[], base: number): Uint32Array {
  const shared = new Uint32Array(new SharedArrayBuffer(4 * pairs.length));
  for (const [at, offset] of pairs.entries()) shared[at] = at % 2 === 0 ? offset : base + offset;
  return shared;
}

/** Where something is in the normalised module that is at an offset in the watched one. */
export function unwatchedOffset({ moves }: Watch, offset: number): number {
  let low = 0;
  let high = moves.length / 2;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((moves[2 * middle + 1] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return (moves[2 * low] ?? 0) + offset - (moves[2 * low + 1] ?? 0);
}

/** The globals as they were, then the mark. */
function globalBody({ bytes, sections, globals }: ModuleSections): BinaryWriter {
  const section = sections.find(({ id }) => id === SectionId.GLOBAL);
  const body = new BinaryWriter();
  body.u32(globals.length + 1);
  if (section !== undefined) body.bytes(afterCount(bytes, section));
  body.bytes(Uint8Array.of(0x7f, 1, 0x41, 0, 0x0b)); // a mutable i32 that begins as 0
  return body;
}

function exportBody({ bytes, exports }: ModuleSections, section: Section, mark: number): BinaryWriter {
  const body = new BinaryWriter();
  body.u32(exports.length + 1);
  body.bytes(afterCount(bytes, section));
  body.name(markExport);
  body.byte(externGlobal);
  body.u32(mark);
  return body;
}

/** The entries of a section. */
function afterCount(bytes: Uint8Array, { bodyStart, end }: Section): Uint8Array {
  const reader = new BinaryReader(bytes, bodyStart, end);
  reader.u32();
  return bytes.subarray(reader.at, end);
}
