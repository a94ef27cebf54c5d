/**
 * Steps over code of which little is of interest. A module of a mebibyte has some hundred thousand instructions, each
 * process that uses it looks at all of them, and the thread of an admission does so with code that V8 has not optimized
 * yet: so the frequent instructions are stepped over in one loop over the bytes, and only what is rare, of interest, or
 * near the end of the bytes goes the way of `readInstruction`, which also is the one to refuse.
 */
import type { BinaryReader } from "./binary-reader.ts";
import { Immediate, nesting, plain, readInstruction, type Visit, type Walk } from "./instructions.ts";

const Step = {
  /** The opcode is all. */
  NONE: 0,
  /** One number follows. */
  NUMBER: 1,
  /** An alignment and an offset. */
  MEMORY: 2,
  /** `readInstruction` does it. */
  CAREFUL: 3,
  /** So it does, and it is visited. */
  SEEN: 4,
} as const;

/** Longer instructions are read carefully. */
const quickMaxBytes = 6;

/**
 * Makes a walk that visits the instructions of one byte for which `isNotable` holds, all that have a prefix, whatever
 * comes directly after one of these, and perhaps more.
 */
export function quickWalk(isNotable: (opcode: number) => boolean): Walk {
  const steps = Uint8Array.from(plain, (immediate, opcode) =>
    isNotable(opcode) ? Step.SEEN : stepOf(immediate, opcode),
  );
  return (reader, visit) => walk(reader, visit, steps);
}

/** An alignment from here on has a memory's index after it. */
const severalMemories = 64;

function stepOf(immediate: number, opcode: number): number {
  if (nesting(opcode) !== 0) return Step.CAREFUL;
  switch (immediate) {
    case Immediate.NONE:
      return Step.NONE;
    case Immediate.ONE:
      return Step.NUMBER;
    case Immediate.MEMORY:
      return Step.MEMORY;
    default:
      return Step.CAREFUL;
  }
}

function walk(reader: BinaryReader, visit: Visit, steps: Uint8Array): void {
  const { bytes } = reader;
  const quickEnd = reader.end - 2 * quickMaxBytes;
  let at = reader.at;
  let isQuick = true;
  for (let depth = 1; depth > 0;) {
    const start = at;
    let step: number = Step.SEEN;
    if (isQuick && at < quickEnd) {
      step = steps[bytes[at++] ?? 0] ?? Step.SEEN;
      if (step === Step.MEMORY) step = (bytes[at++] ?? 0) < severalMemories ? Step.NUMBER : Step.CAREFUL;
      if (step === Step.NUMBER) {
        while ((bytes[at++] ?? 0) > 0x7f);
        if (at - start > quickMaxBytes) step = Step.CAREFUL;
      }
    }
    if (step < Step.CAREFUL) continue;
    reader.at = start;
    const opcode = readInstruction(reader);
    at = reader.at;
    depth += nesting(opcode);
    if (step === Step.SEEN || opcode > 0xff) visit(opcode, start);
    isQuick = opcode <= 0xff && steps[opcode] !== Step.SEEN;
  }
  reader.at = at;
}
