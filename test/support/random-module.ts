/** Random raw modules that are valid by construction, put together section by section. */
import { BinaryWriter } from "../../src/kernel/binary-writer.ts";
import { numberTypes, type Dice, type NumberType } from "./dice.ts";
import { constant, randomBody, type Signature } from "./random-code.ts";

/** A module with what it offers. */
export interface RandomModule {
  readonly bytes: Uint8Array;
  readonly functions: readonly { readonly name: string; readonly signature: Signature }[];
}

const types = Object.keys(numberTypes) as NumberType[]; // its keys are just these

/** Makes one. Every part that a module may have is there in some of them. */
export function randomRawModule(dice: Dice): RandomModule {
  const memory = dice.chance(0.7);
  const table = dice.chance(0.4);
  const passive = memory && dice.chance(0.4) ? 1 + dice.below(2) : 0;
  const globals = dice.many(4, 8, (index) => ({
    type: types[index % 4] ?? "i32",
    mutable: dice.chance(0.7),
  }));
  const signatures = dice.many(1, 5, (): Signature => ({
    parameters: dice.many(0, 4, () => dice.of(types)),
    results: dice.many(dice.chance(0.9) ? 1 : 0, dice.chance(0.2) ? 3 : 1, () => dice.of(types)),
  }));
  const plain: Signature = { parameters: [], results: [] };
  const start = dice.chance(0.3);
  const all = start ? [...signatures, plain] : signatures;
  const bodies = all.map((signature, index) =>
    randomBody(dice, { signature, callable: all.slice(0, index), globals, memory, segments: passive, table }),
  );
  const functions = signatures.map((signature, index) => ({ name: `f${index}`, signature }));
  const writer = new BinaryWriter();
  writer.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const section = (id: number, entries: readonly (readonly number[])[]): void => {
    if (dice.chance(0.1)) writer.section(0, vectorless([...nameBytes(`note ${id}`), dice.below(256)]));
    if (entries.length > 0) writer.section(id, vector(entries));
  };
  section(
    1,
    all.map(({ parameters, results }) => [0x60, ...typeList(parameters), ...typeList(results)]),
  );
  section(
    3,
    all.map((_, index) => [index]),
  );
  section(
    4,
    table
      ? [
          [
            0x70,
            ...dice.of([
              [0, 4],
              [1, 4, 9],
            ]),
          ],
        ]
      : [],
  );
  section(
    5,
    memory
      ? [
          dice.of([
            [0, 1],
            [1, 1, 20],
            [0, 3],
            [0, 0],
            [1, 0, 2],
          ]),
        ]
      : [],
  );
  section(
    6,
    globals.map(({ type, mutable }) => [numberTypes[type], mutable ? 1 : 0, ...constant(dice, type), 0x0b]),
  );
  section(7, [
    ...functions.map(({ name }, index) => [...nameBytes(name), 0, index]),
    ...(memory && dice.chance(0.5) ? [[...nameBytes(dice.of(["memory", "mem", "_m"])), 2, 0]] : []),
    ...(table && dice.chance(0.5) ? [[...nameBytes("table"), 1, 0]] : []),
    ...(dice.chance(0.3) ? [[...nameBytes("some global"), 3, 0]] : []),
    ...(dice.chance(0.3) ? [[...nameBytes("_private"), 0, 0]] : []),
  ]);
  if (start) writer.section(8, vectorless([all.length - 1]));
  const elements = table
    ? [[0, 0x41, dice.below(3), 0x0b, 1, 0], ...(dice.chance(0.3) ? [[1, 0, 1, 0]] : [])]
    : [];
  section(9, elements);
  const active = memory
    ? dice.many(0, 2, () => [0, 0x41, ...dice.of([[0], [0xc0, 0], [0xc0, 0x07]]), 0x0b, 5, ...text(dice)])
    : [];
  const data = [...Array.from({ length: passive }, () => [1, 5, ...text(dice)]), ...active];
  if (data.length > 0) writer.section(12, vectorless([data.length]));
  section(
    10,
    bodies.map((body) => [...unsigned(body.length), ...body]),
  );
  section(11, data);
  if (dice.chance(0.5)) writer.section(0, vectorless(nameSection(dice, signatures)));
  return { bytes: writer.finish().slice(), functions };
}

function text(dice: Dice): number[] {
  return Array.from({ length: 5 }, () => dice.below(256));
}

function unsigned(value: number): number[] {
  const writer = new BinaryWriter(8);
  writer.u32(value);
  return [...writer.finish()];
}

function vector(entries: readonly (readonly number[])[]): BinaryWriter {
  const body = new BinaryWriter();
  body.u32(entries.length);
  for (const entry of entries) body.bytes(Uint8Array.from(entry));
  return body;
}

function vectorless(bytes: readonly number[]): BinaryWriter {
  const body = new BinaryWriter();
  body.bytes(Uint8Array.from(bytes));
  return body;
}

function nameBytes(name: string): number[] {
  return [...unsigned(Buffer.byteLength(name)), ...Buffer.from(name)];
}

function typeList(list: readonly NumberType[]): number[] {
  return [list.length, ...list.map((type) => numberTypes[type])];
}

/** Names of parameters, some of which are no names of fields, and now and then bytes that are no names at all. */
function nameSection(dice: Dice, signatures: readonly Signature[]): number[] {
  if (dice.chance(0.2)) return [...nameBytes("name"), 2, 200, 1, 9];
  const functions = signatures.map(({ parameters }, index) => {
    const names = parameters.map((_, at) => [
      at,
      ...nameBytes(dice.of([`p${at}`, `left${at}`, `camelCase${at}`, "same", "0"])),
    ]);
    return [index, parameters.length, ...names.flat()];
  });
  const body = [signatures.length, ...functions.flat()];
  return [...nameBytes("name"), 2, ...unsigned(body.length), ...body];
}
