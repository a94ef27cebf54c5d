/**
 * Writes the code of a module anew, with further instructions in front of some of its own and with locals for them. Who
 * asks says what goes where; here functions are taken apart and put together again, and it is kept where everything has
 * gone. A function without such a place stays as it is, byte by byte.
 */
import { BinaryReader } from "./binary-reader.ts";
import { BinaryWriter } from "./binary-writer.ts";
import type { ModuleSections, Section } from "./module.ts";
import { readValueType } from "./value-type.ts";

/** An instruction that gets something in front of it. */
interface Place {
  /** Its offset in the module. */
  readonly at: number;
}

/** What one function gets. */
export interface FunctionAdditions<Where extends Place> {
  /** Groups of locals behind its own: how many, and of which type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  /** Writes what goes in front of a place; `firstLocal` is the index of the first of those locals. */
  write(this: void, body: BinaryWriter, where: Where, firstLocal: number): void;
}

/** What the code gets. */
export interface Additions<Where extends Place> {
  /** In the order of the code. */
  readonly places: readonly Where[];
  /** For a function with these of the places. */
  inFunction(this: void, places: readonly Where[]): FunctionAdditions<Where>;
  /** About how many bytes a place gets. */
  readonly usualBytes: number;
  /** Bodies of further functions, which come last. */
  readonly further?: readonly Uint8Array[];
}

/** A code section, and where its instructions have gone. */
export interface WrittenCode {
  readonly body: BinaryWriter;
  /** Pairs of offsets, ascending: what begins at the first in the module begins at the second in `body`. */
  readonly moves: readonly number[];
  /** The size of the largest function that was there before. */
  readonly largestBytes: number;
}

/** Writes the code of a valid module with additions. */
export function insertCode<Where extends Place>(
  { bytes, functions }: ModuleSections,
  code: Section,
  additions: Additions<Where>,
): WrittenCode {
  const { places, usualBytes, further = [] } = additions;
  const reader = new BinaryReader(bytes, code.bodyStart, code.end);
  const body = new BinaryWriter(code.end - code.bodyStart + places.length * usualBytes);
  const moves: number[] = [];
  const count = reader.count("function bodies");
  body.u32(count + further.length);
  let done = 0;
  let largestBytes = 0;
  for (const type of functions.slice(functions.length - count)) {
    const size = reader.u32();
    const start = reader.at;
    reader.skip(size);
    const first = done;
    while ((places[done]?.at ?? Infinity) < reader.at) done++;
    const within = new BinaryReader(bytes, start, reader.at);
    const parameters = type?.parameters.length ?? 0;
    const written = writeFunction(within, parameters, places.slice(first, done), additions);
    largestBytes = Math.max(largestBytes, written.body.size);
    body.u32(written.body.size);
    for (const [index, offset] of written.moves.entries())
      moves.push(index % 2 === 0 ? offset : body.size + offset);
    body.bytes(written.body.finish());
  }
  for (const own of further) {
    body.u32(own.length);
    body.bytes(own);
  }
  return { body, moves, largestBytes };
}

/** Writes one function. `reader` covers it, from its locals on. */
function writeFunction<Where extends Place>(
  reader: BinaryReader,
  parameters: number,
  places: readonly Where[],
  { inFunction, usualBytes }: Additions<Where>,
): Pick<WrittenCode, "body" | "moves"> {
  const { bytes, end } = reader;
  const body = new BinaryWriter(end - reader.at + places.length * usualBytes);
  const moves = [reader.at, 0];
  if (places.length === 0) {
    body.bytes(bytes.subarray(reader.at, end));
    return { body, moves };
  }
  const { locals, write } = inFunction(places);
  const firstLocal = parameters + writeLocals(body, reader, locals);
  let copied = reader.at;
  moves.push(copied, body.size);
  for (const where of places) {
    body.bytes(bytes.subarray(copied, where.at));
    write(body, where, firstLocal);
    moves.push(where.at, body.size);
    copied = where.at;
  }
  body.bytes(bytes.subarray(copied, end));
  return { body, moves };
}

/** Copies the groups of locals and adds further ones; gives how many locals there were. */
function writeLocals(
  body: BinaryWriter,
  reader: BinaryReader,
  added: FunctionAdditions<Place>["locals"],
): number {
  const groups = reader.count("groups of locals");
  body.u32(groups + added.length);
  const start = reader.at;
  let locals = 0;
  for (let group = 0; group < groups; group++) {
    locals += reader.u32();
    readValueType(reader);
  }
  body.bytes(reader.bytes.subarray(start, reader.at));
  for (const group of added) body.bytes(Uint8Array.from(group));
  return locals;
}
