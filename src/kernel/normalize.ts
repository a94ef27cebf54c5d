/**
 * The form of a module that nodes compile: its memory has a maximum and its mutable globals are exported, so that the
 * host can put them back. Only the memory and the export section are written anew; all others are copied byte for
 * byte, so that an offset inside the code section means the same in both forms. Equal bytes give equal bytes, on
 * every node.
 *
 * A plan comes with it: whether a used instance can be restored by copying memory and globals (`image`), or must be
 * made anew (`rebuild`) because the code can change what the host cannot put back: tables, segments, references.
 */
import { BinaryReader } from "./binary-reader.ts";
import { BinaryWriter } from "./binary-writer.ts";
import type { CodeFacts } from "./code-facts.ts";
import type { Manifest } from "./manifest.ts";
import { SectionId, type ModuleSections } from "./module.ts";
import { pageBytes } from "./module-manifest.ts";
import { memoryExport, reservedExportPrefix } from "./signature.ts";

/** How a used instance is put back. */
export interface ResetPlan {
  readonly kind: "image" | "rebuild";
  /** Why it has to be made anew; empty for `image`. */
  readonly why: readonly string[];
  /** Names of the exported mutable globals. */
  readonly globals: readonly string[];
  /** Name of the exported memory; undefined when there is none. */
  readonly memory: string | undefined;
  readonly memoryMaxBytes: number;
  /** How many bytes later the code section begins than in the uploaded module. */
  readonly codeShiftBytes: number;
}

/** A module ready to be compiled. */
export interface NormalizedModule {
  readonly bytes: Uint8Array;
  readonly plan: ResetPlan;
}

/** Writes the form of a module that nodes compile. The module must have passed the checks of admission. */
export function normalizeModule(
  sections: ModuleSections,
  manifest: Manifest,
  facts: CodeFacts,
): NormalizedModule {
  const why = manifest.kind === "wasi" ? ["a WASI command runs once"] : facts.unrestorable;
  const kind = why.length === 0 ? "image" : "rebuild";
  const globals = kind === "image" ? mutableGlobals(sections) : [];
  // A raw module need not export its memory, nor under that name.
  const hidden = manifest.kind === "raw" && sections.memories.length > 0;
  const added = globals.map((index): AddedExport => ({
    name: globalExport(index),
    kind: ExternByte.GLOBAL,
    index,
  }));
  if (hidden) added.push({ name: hiddenMemory, kind: ExternByte.MEMORY, index: 0 });
  const { bytes, codeStart } = rewrite(sections, manifest.memoryMaxBytes / pageBytes, added);
  const codeBefore = sections.sections.find(({ id }) => id === SectionId.CODE)?.start ?? 0;
  const plan: ResetPlan = {
    kind,
    why,
    globals: globals.map(globalExport),
    memory: hidden ? hiddenMemory : manifest.kind === "raw" ? undefined : memoryExport,
    memoryMaxBytes: manifest.memoryMaxBytes,
    codeShiftBytes: codeStart - codeBefore,
  };
  return { bytes, plan };
}

function mutableGlobals(sections: ModuleSections): number[] {
  return sections.globals.flatMap(({ mutable }, index) => (mutable ? [index] : []));
}

/** An export that the module did not have. */
interface AddedExport {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

const ExternByte = { MEMORY: 2, GLOBAL: 3 } as const;
const hiddenMemory = `${reservedExportPrefix}memory`;

function globalExport(index: number): string {
  return `${reservedExportPrefix}global.${index}`;
}

function rewrite(
  sections: ModuleSections,
  pagesMax: number,
  added: readonly AddedExport[],
): { bytes: Uint8Array; codeStart: number } {
  const writer = new BinaryWriter(sections.bytes.length + 64);
  writer.bytes(sections.bytes.subarray(0, 8));
  let codeStart = 0;
  for (const section of sections.sections) {
    if (section.id === SectionId.CODE) codeStart = writer.size;
    if (section.id === SectionId.MEMORY) writer.section(section.id, memoryBody(sections, pagesMax));
    else if (section.id === SectionId.EXPORT) writer.section(section.id, exportBody(sections, added));
    else writer.bytes(sections.bytes.subarray(section.start, section.end));
  }
  return { bytes: writer.finish(), codeStart };
}

function memoryBody(sections: ModuleSections, pagesMax: number): BinaryWriter {
  const body = new BinaryWriter();
  body.u32(1);
  body.byte(1); // a maximum follows
  body.u32(sections.memories[0]?.pagesMin ?? 0);
  body.u32(pagesMax);
  return body;
}

/** The entries as they were, then those that are added. */
function exportBody(sections: ModuleSections, added: readonly AddedExport[]): BinaryWriter {
  const section = sections.sections.find(({ id }) => id === SectionId.EXPORT);
  const body = new BinaryWriter();
  body.u32(sections.exports.length + added.length);
  if (section !== undefined) {
    const reader = new BinaryReader(sections.bytes, section.bodyStart, section.end);
    reader.u32();
    body.bytes(sections.bytes.subarray(reader.at, section.end));
  }
  for (const { name, kind, index } of added) {
    body.name(name);
    body.byte(kind);
    body.u32(index);
  }
  return body;
}
