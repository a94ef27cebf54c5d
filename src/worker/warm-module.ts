/**
 * The module that an admission thread admits before it gets the one it is there for. What a thread does first takes it
 * longest: code has to be loaded, and the walk over the instructions of a mebibyte takes V8's interpreter 14 ms and
 * its optimized code 2. So this one has enough instructions, of the frequent kinds, that V8 has optimized by the end, and
 * many short functions rather than few long ones: the loop over functions is to be hot as well.
 */
import { BinaryWriter } from "../kernel/binary-writer.ts";
import { SectionId } from "../kernel/module.ts";
import { wrapModule } from "../kernel/wrap.ts";

/** What compilers write most: locals and constants, arithmetic, memory, blocks and jumps. */
const turn = [
  ...[0x20, 0, 0x41, 0x85, 0xe5, 0x03, 0x6a, 0x21, 0], // p = p + 62085
  ...[0x20, 0, 0x28, 2, 0x80, 0x08, 0x1a], // load at p + 1024, dropped
  ...[0x02, 0x40, 0x20, 0, 0x45, 0x0d, 0, 0x0b], // a block that is left when p is 0
  ...[0x20, 0, 0xb7, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0, 0xaa, 0x21, 0], // p = i32(f64(p) + 1)
];

/** A kernel of so many functions with so many such turns each, of which nobody calls any. */
export function warmModule(functions: number, turns: number): Uint8Array<ArrayBuffer> {
  const body = functionBody(turns);
  const types = new BinaryWriter(functions + 8);
  const code = new BinaryWriter(functions * (body.length + 5) + 8);
  for (const list of [types, code]) list.u32(functions);
  for (let at = 0; at < functions; at++) {
    types.u32(0);
    code.u32(body.length);
    code.bytes(body);
  }
  const writer = new BinaryWriter(code.size + types.size + 128);
  writer.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  writer.bytes(Uint8Array.of(SectionId.TYPE, 6, 1, 0x60, 1, 0x7f, 1, 0x7f)); // (i32) → i32
  writer.section(SectionId.FUNCTION, types);
  writer.bytes(Uint8Array.of(SectionId.MEMORY, 3, 1, 0, 1));
  writer.bytes(Uint8Array.of(SectionId.EXPORT, 5, 1, 1, 0x66, 0, 0));
  writer.section(SectionId.CODE, code);
  return Uint8Array.from(wrapModule(writer.finish(), { name: "warm", raw: true }));
}

function functionBody(turns: number): Uint8Array {
  const body = new Uint8Array(1 + turns * turn.length + 3); // no locals
  for (let at = 1; at < body.length - 3; at += turn.length) body.set(turn, at);
  body.set([0x20, 0, 0x0b], body.length - 3); // gives p
  return body;
}
