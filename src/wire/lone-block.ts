/**
 * A large response is often one field: bytes, or numbers of fixed width, which lie on the wire as they do in a typed
 * array. Those that came in pieces are copied from these straight to where they stay. What is anything else has to be
 * in one piece before it can be read.
 */
import { copyPieces, inOnePiece, type Rope } from "../base/rope.ts";
import { ByteReader } from "./byte-reader.ts";
import type { FieldPlan, ScalarPlan } from "./message-plan.ts";

/** A tag and a length take no more. */
const headMaxBytes = 10;

/** The only field of a type, if its values are such a block. */
export function loneBlock(fields: readonly FieldPlan[]): ScalarPlan | undefined {
  const [only, ...others] = fields;
  if (only?.kind !== "scalar" || others.length > 0) return undefined;
  const isBytes = only.field.kind === "scalar" && only.field.type === "bytes" && !only.repeated;
  return isBytes || (only.block !== undefined && only.packed) ? only : undefined;
}

/** The value of the field if the message is that field once and nothing else; undefined when it must be read otherwise. */
export function readLoneBlock({ tag, block }: ScalarPlan, message: Rope): unknown {
  const head = new ByteReader(inOnePiece(message.subarray(0, headMaxBytes)));
  if (head.varint() !== tag) return undefined;
  const length = head.varint();
  const elements = length / (block?.elementBytes ?? 1);
  if (head.pos + length !== message.length || !Number.isInteger(elements)) return undefined;
  const value = block?.create(elements) ?? new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  const target = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  copyPieces(message.subarray(head.pos), target, 0);
  return value;
}
