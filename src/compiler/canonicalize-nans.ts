/**
 * Makes a module deterministic: puts the code of `canonical-nan.ts` into every gap that `nan-gaps.ts` finds, with a
 * local of its own for each type and function. Nothing but the code section changes, and a module without gaps stays
 * as it is. What the places of the code are kept by must move with it.
 */
import { BinaryReader } from "../kernel/binary-reader.ts";
import { BinaryWriter } from "../kernel/binary-writer.ts";
import { canonicalNanCode, type FloatShape } from "../kernel/canonical-nan.ts";
import { insertCode, type FunctionAdditions } from "../kernel/insert-code.ts";
import { scanCode } from "../kernel/instructions.ts";
import { parseModule, SectionId, type Section } from "../kernel/module.ts";
import { NanGaps, type NanGap } from "../kernel/nan-gaps.ts";

/** A module that was written anew. */
export interface MovedModule {
  readonly wasm: Uint8Array;
  /** Where the instruction, or the body of a function, has gone that began at an offset. */
  moved(this: void, offset: number): number;
}

const localTypes: Readonly<Record<FloatShape, number>> = { f32: 0x7d, f64: 0x7c, f32x4: 0x7b, f64x2: 0x7b };

/** Makes all NaNs of a valid module one wherever their bits can be seen. Throws BAD_MODULE for code that is not offered. */
export function canonicalizeNans(bytes: Uint8Array): MovedModule {
  const sections = parseModule(bytes);
  const code = sections.sections.find(({ id }) => id === SectionId.CODE);
  const gaps = code === undefined ? [] : findGaps(bytes, code);
  if (code === undefined || gaps.length === 0) return { wasm: bytes, moved: (offset) => offset };
  const additions = { places: gaps, inFunction: fillGaps, usualBytes: codeUsualBytes };
  const { body, moves } = insertCode(sections, code, additions);
  const writer = new BinaryWriter(bytes.length + body.size);
  writer.bytes(bytes.subarray(0, code.start));
  writer.section(SectionId.CODE, body);
  const base = writer.size - body.size;
  writer.bytes(bytes.subarray(code.end));
  return { wasm: writer.finish().slice(), moved: (offset) => base + moveBy(moves, offset) };
}

function findGaps(bytes: Uint8Array, { bodyStart, end }: Section): NanGap[] {
  const found: NanGap[] = [];
  const gaps = new NanGaps(bytes, (gap) => found.push(gap));
  scanCode(new BinaryReader(bytes, bodyStart, end), (opcode, at) => gaps.visit(opcode, at));
  return found;
}

/** A function with gaps gets a local of each type that it needs there. */
function fillGaps(gaps: readonly NanGap[]): FunctionAdditions<NanGap> {
  const types = [...new Set(gaps.map(({ shape }) => localTypes[shape]))];
  return {
    locals: types.map((type) => [1, type]),
    write(body, { shape }, firstLocal) {
      const local = new BinaryWriter(5);
      local.u32(firstLocal + types.indexOf(localTypes[shape]));
      body.bytes(Uint8Array.from(canonicalNanCode(shape, [...local.finish()])));
    },
  };
}

const codeUsualBytes = 24;

/** By the last of the pairs that is not behind the offset. */
function moveBy(moves: readonly number[], offset: number): number {
  let low = 0;
  let high = moves.length / 2;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((moves[2 * middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return (moves[2 * low + 1] ?? offset) + offset - (moves[2 * low] ?? offset);
}
