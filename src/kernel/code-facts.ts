import { limits } from "../base/limits.ts";
import { BinaryReader } from "./binary-reader.ts";
import { Opcode, scanCode } from "./instructions.ts";
import { SectionId, type ModuleSections } from "./module.ts";

/** What a module's code and types say about its behaviour. */
export interface CodeFacts {
  /** What the code can change that copying memory and globals does not put back; empty: nothing. */
  readonly unrestorable: readonly string[];
  /** It has an instruction whose result may differ between machines: relaxed SIMD, or one that makes a NaN. */
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

/** Instructions whose result may differ between machines, as ranges: bits of a NaN, and relaxed SIMD. */
const varying: readonly (readonly [number, number])[] = [
  [0x8d, 0x97], // f32: rounding, square root, arithmetic, min, max
  [0x9b, 0xa5], // the same of f64
  [0xb6, 0xb6], // f32.demote_f64
  [0xbb, 0xbb], // f64.promote_f32
  [0xfd005e, 0xfd005f], // f32x4.demote, f64x2.promote
  [0xfd0067, 0xfd006a], // f32x4: rounding
  [0xfd0074, 0xfd0075], // f64x2: rounding
  [0xfd007a, 0xfd007a],
  [0xfd0094, 0xfd0094],
  [0xfd00e3, 0xfd00eb], // f32x4: square root, arithmetic, min, max
  [0xfd00ef, 0xfd00f7], // the same of f64x2
  [0xfd0100, 0xfd0113], // relaxed SIMD
];

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
  let varies = false;
  let growsTables = false;
  const code = sections.sections.find(({ id }) => id === SectionId.CODE);
  if (code !== undefined) {
    scanCode(new BinaryReader(sections.bytes, code.bodyStart, code.end), (opcode) => {
      if (opcode < 0x26) return;
      const reason = unrestorableOpcodes.get(opcode);
      if (reason !== undefined) unrestorable.add(reason);
      growsTables ||= opcode === Opcode.TABLE_GROW;
      varies ||= varying.some(([first, last]) => opcode >= first && opcode <= last);
    });
  }
  return { unrestorable: [...unrestorable], varies, growsTables };
}
