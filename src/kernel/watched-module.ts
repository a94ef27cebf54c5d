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
import { parseModule, SectionId, type ModuleSections } from "./module.ts";
import type { NormalizedModule } from "./normalize.ts";
import { writeRestore } from "./restore-code.ts";
import { reservedExportPrefix } from "./signature.ts";
import { watchStores } from "./watched-stores.ts";

/** How the mark of an instance is read, and its code related to that of the module without one. */
export interface Watch {
  /** Name of the exported global that is the mark. */
  readonly mark: string;
  /** Names of the functions of `restore-code.ts`. */
  readonly save: string;
  readonly restore: string;
  /** Pairs of offsets, ascending: what begins at the first in the normalised module begins at the second in this one. */
  readonly moves: Uint32Array;
}

/** The form with the mark. */
export interface WatchedModule {
  readonly bytes: Uint8Array;
  readonly watch: Watch;
}

const added = {
  mark: `${reservedExportPrefix}mark`,
  save: `${reservedExportPrefix}save`,
  restore: `${reservedExportPrefix}restore`,
} as const;
/** Sections that stand behind the globals. */
const behindGlobals = new Set<number>([
  SectionId.EXPORT,
  SectionId.START,
  SectionId.ELEMENT,
  SectionId.DATA_COUNT,
  SectionId.CODE,
]);
const extern = { FUNCTION: 0, GLOBAL: 3 } as const;

/** Writes the form with the mark; undefined where it would be of no use. Throws BAD_MODULE for code that is not offered. */
export function watchModule({ bytes, plan }: NormalizedModule): WatchedModule | undefined {
  if (plan.kind !== "image" || plan.memory === undefined || bytes.length > limits.watchedModuleMaxBytes) {
    return undefined;
  }
  const sections = parseModule(bytes);
  // The mark comes after all globals; those that are imported have the first numbers.
  const mark = sections.imports.filter((entry) => entry.kind === "global").length + sections.globals.length;
  const restore = writeRestore(sections, mark);
  if (restore === undefined) return undefined;
  const writer = new BinaryWriter(2 * bytes.length);
  writer.bytes(bytes.subarray(0, 8));
  let moves: Uint32Array = new Uint32Array(0);
  let isDeclared = false;
  for (const section of sections.sections) {
    if (!isDeclared && behindGlobals.has(section.id)) {
      isDeclared = true;
      const { count, bytes: entries } = restore.globals;
      writer.section(SectionId.GLOBAL, longer(sections, SectionId.GLOBAL, count, entries));
    }
    if (section.id === SectionId.GLOBAL) continue;
    const more = moreOf(sections, section.id, mark, restore.type);
    if (more !== undefined) writer.section(section.id, longer(sections, section.id, ...more));
    else if (section.id === SectionId.CODE) {
      const watched = watchStores(sections, section, mark, restore.bodies);
      if (watched === undefined) return undefined;
      writer.section(section.id, watched.body);
      const base = writer.size - watched.body.size;
      moves = sharedPairs(watched.moves, base);
    } else writer.bytes(bytes.subarray(section.start, section.end));
  }
  return { bytes: writer.finish().slice(), watch: { ...added, moves } };
}

/** How many entries a section gets, and their bytes; undefined for a section that gets none of these. */
function moreOf(
  sections: ModuleSections,
  id: number,
  mark: number,
  type: Uint8Array,
): readonly [count: number, entries: Uint8Array] | undefined {
  if (id === SectionId.TYPE) return [1, type];
  const entries = new BinaryWriter();
  if (id === SectionId.FUNCTION) {
    for (let body = 0; body < 2; body++) entries.u32(sections.types.length);
    return [2, entries.finish()];
  }
  if (id !== SectionId.EXPORT) return undefined;
  const first = sections.functions.length;
  writeExport(entries, added.mark, extern.GLOBAL, mark);
  writeExport(entries, added.save, extern.FUNCTION, first);
  writeExport(entries, added.restore, extern.FUNCTION, first + 1);
  return [3, entries.finish()];
}

function writeExport(entries: BinaryWriter, name: string, kind: number, index: number): void {
  entries.name(name);
  entries.byte(kind);
  entries.u32(index);
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

/** The entries of a section as they were, if there are any, then others. */
function longer({ bytes, sections }: ModuleSections, id: number, count: number, entries: Uint8Array) {
  const body = new BinaryWriter();
  const section = sections.find((candidate) => candidate.id === id);
  if (section === undefined) {
    body.u32(count);
  } else {
    const reader = new BinaryReader(bytes, section.bodyStart, section.end);
    body.u32(reader.u32() + count);
    body.bytes(bytes.subarray(reader.at, section.end));
  }
  body.bytes(entries);
  return body;
}
