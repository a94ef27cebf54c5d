import { limits } from "../base/limits.ts";
import { BinaryReader } from "./binary-reader.ts";
import { Opcode, scanCode } from "./instructions.ts";
import { SectionId, type ModuleSections } from "./module.ts";
import { quickWalk } from "./quick-walk.ts";
import { concernsNan, NanGaps } from "./nan-gaps.ts";
import type { ValueType } from "./value-type.ts";

/** What a module's code and types say about its behaviour. */
export interface CodeFacts {
  /** What the code can change that copying memory and globals does not put back; empty: nothing. */
  readonly unrestorable: readonly string[];
  /** Its results may differ between machines: it has relaxed SIMD, or the bits of some NaN can be seen. */
  readonly varies: boolean;
  readonly growsTables: boolean;
}

const unrestorableOpcodes = new Map<number, string>([
  [Opcode.TABLE_SET, "its code writes to a table"],
  [Opcode.TABLE_INIT, "its code writes to a table"],
  [Opcode.TABLE_COPY, "its code writes to a table"],
  [Opcode.TABLE_FILL, "its code writes to a table"],
  [Opcode.TABLE_GROW, "its code grows a table"],
  [Opcode.DATA_DROP, "its code drops a data segment"],
  [Opcode.ELEM_DROP, "its code drops an element segment"],
]);

/** Relaxed SIMD, as a range. */
const relaxed = [0xfd0100, 0xfd0113] as const;

const walk = quickWalk((opcode) => unrestorableOpcodes.has(opcode) || concernsNan(opcode));

/** Looks at every instruction once. Throws BAD_MODULE for one that is not offered. */
export function readCodeFacts(sections: ModuleSections): CodeFacts {
  const unrestorable = new Set<string>();
  for (const { type, mutable } of sections.globals) {
    if (mutable && type === "v128") unrestorable.add("it has a mutable v128 global");
    if (mutable && type === "ref") unrestorable.add("it has a mutable reference global");
  }
  const mutableCount = sections.globals.filter(({ mutable }) => mutable).length;
  if (mutableCount > limits.resetGlobalsMax)
    unrestorable.add(`it has more than ${limits.resetGlobalsMax} mutable globals`);
  let varies = sections.imports.some(({ type }) => type?.parameters.some(isFloat));
  let growsTables = false;
  const code = sections.sections.find(({ id }) => id === SectionId.CODE);
  if (code !== undefined) {
    const gaps = new NanGaps(sections.bytes, () => (varies = true));
    scanCode(
      new BinaryReader(sections.bytes, code.bodyStart, code.end),
      (opcode, at) => {
        gaps.visit(opcode, at);
        if (opcode < 0x26) return;
        const reason = unrestorableOpcodes.get(opcode);
        if (reason !== undefined) unrestorable.add(reason);
        growsTables ||= opcode === Opcode.TABLE_GROW;
        varies ||= opcode >= relaxed[0] && opcode <= relaxed[1];
      },
      walk,
    );
  }
  return { unrestorable: [...unrestorable], varies, growsTables };
}

function isFloat(type: ValueType): boolean {
  return type === "f32" || type === "f64";
}
