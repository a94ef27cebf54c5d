/**
 * Makes a module deterministic: puts the code of `canonical-nan.ts` into every gap that `nan-gaps.ts` finds, with a
 * local of its own for each type and function. Nothing but the code section changes, and a module without gaps stays
 * as it is. What the places of the code are kept by must move with it.
 */
import { BinaryReader } from "../kernel/binary-reader.ts";
import { BinaryWriter } from "../kernel/binary-writer.ts";
import { canonicalNanCode, type FloatShape } from "../kernel/canonical-nan.ts";
import { scanCode } from "../kernel/instructions.ts";
import { parseModule, SectionId, type ModuleSections, type Section } from "../kernel/module.ts";
import { NanGaps, type NanGap } from "../kernel/nan-gaps.ts";
import { readValueType } from "../kernel/value-type.ts";

/** A module that was written anew. */
export interface MovedModule {
  readonly wasm: Uint8Array;
  /** Where the instruction, or the body of a function, has gone that began at an offset. */
  moved(this: void, offset: number): number;
}

/** From an offset on, everything has moved to another. */
interface Landmark {
  readonly from: number;
  readonly to: number;
}

const localTypes: Readonly<Record<FloatShape, number>> = { f32: 0x7d, f64: 0x7c, f32x4: 0x7b, f64x2: 0x7b };

/** Makes all NaNs of a valid module one wherever their bits can be seen. Throws BAD_MODULE for code that is not offered. */
export function canonicalizeNans(bytes: Uint8Array): MovedModule {
  const sections = parseModule(bytes);
  const code = sections.sections.find(({ id }) => id === SectionId.CODE);
  const gaps = code === undefined ? [] : findGaps(bytes, code);
  if (code === undefined || gaps.length === 0) return { wasm: bytes, moved: (offset) => offset };
  const { body, landmarks } = rewriteCode(sections, code, gaps);
  const writer = new BinaryWriter(bytes.length + body.size);
  writer.bytes(bytes.subarray(0, code.start));
  writer.section(SectionId.CODE, body);
  const base = writer.size - body.size;
  writer.bytes(bytes.subarray(code.end));
  return { wasm: writer.finish().slice(), moved: (offset) => base + moveBy(landmarks, offset) };
}

function findGaps(bytes: Uint8Array, { bodyStart, end }: Section): NanGap[] {
  const found: NanGap[] = [];
  const gaps = new NanGaps(bytes, (gap) => found.push(gap));
  scanCode(new BinaryReader(bytes, bodyStart, end), (opcode, at) => gaps.visit(opcode, at));
  return found;
}

interface RewrittenCode {
  readonly body: BinaryWriter;
  /** In order; they lead to offsets in `body`. */
  readonly landmarks: readonly Landmark[];
}

/** The gaps are in order. */
function rewriteCode(
  { bytes, functions }: ModuleSections,
  code: Section,
  gaps: readonly NanGap[],
): RewrittenCode {
  const reader = new BinaryReader(bytes, code.bodyStart, code.end);
  const body = new BinaryWriter(code.end - code.bodyStart + gaps.length * codeUsualBytes);
  const landmarks: Landmark[] = [];
  const count = reader.count("function bodies");
  body.u32(count);
  let done = 0;
  for (const type of functions.slice(functions.length - count)) {
    const size = reader.u32();
    const start = reader.at;
    reader.skip(size);
    const first = done;
    while ((gaps[done]?.at ?? Infinity) < reader.at) done++;
    const within = new BinaryReader(bytes, start, reader.at);
    const written = rewriteBody(within, type?.parameters.length ?? 0, gaps.slice(first, done));
    body.u32(written.body.size);
    for (const { from, to } of written.landmarks) landmarks.push({ from, to: body.size + to });
    body.bytes(written.body.finish());
  }
  return { body, landmarks };
}

const codeUsualBytes = 24;

/** Writes a function with its gaps filled. `reader` covers it, from its locals on. */
function rewriteBody(reader: BinaryReader, parameters: number, gaps: readonly NanGap[]): RewrittenCode {
  const { bytes, end } = reader;
  const body = new BinaryWriter(end - reader.at + gaps.length * codeUsualBytes);
  const landmarks: Landmark[] = [{ from: reader.at, to: 0 }];
  const added = [...new Set(gaps.map(({ shape }) => localTypes[shape]))];
  const groups = reader.count("groups of locals");
  body.u32(groups + added.length);
  const groupsStart = reader.at;
  let locals = parameters;
  for (let group = 0; group < groups; group++) {
    locals += reader.u32();
    readValueType(reader);
  }
  body.bytes(bytes.subarray(groupsStart, reader.at));
  for (const type of added) body.bytes(Uint8Array.of(1, type));
  let copied = reader.at;
  landmarks.push({ from: copied, to: body.size });
  for (const { at, shape } of gaps) {
    body.bytes(bytes.subarray(copied, at));
    const local = new BinaryWriter(5);
    local.u32(locals + added.indexOf(localTypes[shape]));
    body.bytes(Uint8Array.from(canonicalNanCode(shape, [...local.finish()])));
    landmarks.push({ from: at, to: body.size });
    copied = at;
  }
  body.bytes(bytes.subarray(copied, end));
  return { body, landmarks };
}

/** By the last landmark that is not behind the offset. */
function moveBy(landmarks: readonly Landmark[], offset: number): number {
  let low = 0;
  let high = landmarks.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((landmarks[middle]?.from ?? 0) <= offset) low = middle;
    else high = middle;
  }
  const { from, to } = landmarks[low] ?? { from: offset, to: offset };
  return to + offset - from;
}
