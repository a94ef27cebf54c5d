/**
 * Random WebAssembly code that is valid, ends, and gives the same result on every run: expressions of a wanted type, and
 * statements that change locals, globals, memory and tables. What V8 may do either way (bits of a NaN) is left out.
 */
import { numberTypes, signedLeb, type Dice, type NumberType } from "./dice.ts";
import { randomPlace, randomStore } from "./random-stores.ts";

/** The type of a function of numbers. */
export interface Signature {
  readonly parameters: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/** What a body can refer to. */
export interface Surroundings {
  readonly signature: Signature;
  /** Functions that may be called: only those before it, so that nothing calls itself. */
  readonly callable: readonly Signature[];
  readonly globals: readonly { readonly type: NumberType; readonly mutable: boolean }[];
  readonly memory: boolean;
  /** Passive data segments. */
  readonly segments: number;
  readonly table: boolean;
}

const binary: Readonly<Record<NumberType, readonly number[]>> = {
  i32: [0x6a, 0x6b, 0x6c, 0x6d, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78],
  i64: [0x7c, 0x7d, 0x7e, 0x7f, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a],
  f32: [0x92, 0x93, 0x94, 0x95, 0x96, 0x97],
  f64: [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5],
};
const unary: Readonly<Record<NumberType, readonly number[]>> = {
  i32: [0x67, 0x68, 0x69, 0x45, 0xc0, 0xc1],
  i64: [0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4],
  f32: [0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91],
  f64: [0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f],
};
/** To a type: from which, by which instruction. */
const conversions: Readonly<Record<NumberType, readonly (readonly [NumberType, readonly number[]])[]>> = {
  i32: [
    ["i64", [0xa7]],
    ["f32", [0xfc, 0]],
    ["f64", [0xfc, 3]],
    ["f64", [0xaa]],
    ["i64", [0x50]],
  ],
  i64: [
    ["i32", [0xac]],
    ["i32", [0xad]],
    ["f32", [0xfc, 5]],
    ["f64", [0xfc, 6]],
    ["f32", [0xae]],
  ],
  f32: [
    ["i32", [0xb2]],
    ["i64", [0xb5]],
    ["f64", [0xb6]],
    ["i32", [0xbe]],
  ],
  f64: [
    ["i32", [0xb8]],
    ["i64", [0xb9]],
    ["f32", [0xbb]],
    ["i64", [0xbf]],
  ],
};
const comparisons: readonly (readonly [NumberType, number, number])[] = [
  ["i32", 0x46, 10],
  ["i64", 0x51, 10],
  ["f32", 0x5b, 6],
  ["f64", 0x61, 6],
];

/** The body of a function, with its locals, as the code section has it. */
export function randomBody(dice: Dice, around: Surroundings): number[] {
  return new Body(dice, around).write();
}

/** A constant of a type. */
export function constant(dice: Dice, type: NumberType): number[] {
  switch (type) {
    case "i32":
      return [
        0x41,
        ...signedLeb(BigInt(dice.of([0, 1, -1, 7, 255, 65_535, 2 ** 31 - 1, -(2 ** 31), dice.below(1e6)]))),
      ];
    case "i64":
      return [
        0x42,
        ...signedLeb(dice.of([0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(dice.below(1e9)) ** 2n])),
      ];
    case "f32":
      return [
        0x43,
        ...new Uint8Array(Float32Array.of(dice.of([0, -0, 1.5, -3e38, 1e-40, dice.below(1e6) / 7])).buffer),
      ];
    case "f64":
      return [
        0x44,
        ...new Uint8Array(Float64Array.of(dice.of([0, -0, 0.1, 1e308, 5e-324, dice.below(1e9) / 3])).buffer),
      ];
  }
}

class Body {
  readonly #dice: Dice;
  readonly #around: Surroundings;
  /** Parameters, then four locals of each type, then a counter. */
  readonly #locals: readonly NumberType[];
  readonly #counter: number;
  #looping = false;
  #calls = 0;

  constructor(dice: Dice, around: Surroundings) {
    this.#dice = dice;
    this.#around = around;
    this.#locals = [...around.signature.parameters, "i32", "i64", "f32", "f64"];
    this.#counter = this.#locals.length;
  }

  write(): number[] {
    const own = this.#locals.slice(this.#around.signature.parameters.length);
    const declared = [...own, "i32" as const].flatMap((type) => [1, numberTypes[type]]);
    const statements = this.#dice.many(0, 5, () => this.#statement()).flat();
    const results = this.#around.signature.results.flatMap((type) => this.#expression(type, 4));
    const body = [own.length + 1, ...declared, ...statements, ...results, 0x0b];
    return body;
  }

  #expression(type: NumberType, depth: number): number[] {
    const dice = this.#dice;
    if (depth === 0) return this.#leaf(type);
    const one = (wanted: NumberType) => this.#expression(wanted, depth - 1);
    switch (dice.below(10)) {
      case 0:
        return this.#leaf(type);
      case 1:
        return [...one(type), dice.of(unary[type])];
      case 2: {
        const [from, code] = dice.of(conversions[type]);
        return [...one(from), ...code];
      }
      case 3:
        return [...one("i32"), 0x04, numberTypes[type], ...one(type), 0x05, ...one(type), 0x0b];
      case 4:
        return [...one(type), ...one(type), ...one("i32"), 0x1b];
      case 5:
        return this.#special(type, depth);
      case 6:
        return this.#call(type, depth) ?? this.#leaf(type);
      default:
        return [...one(type), ...one(type), dice.of(binary[type])];
    }
  }

  #leaf(type: NumberType): number[] {
    const dice = this.#dice;
    const locals = this.#locals.flatMap((each, index) => (each === type ? [[0x20, index]] : []));
    const globals = this.#around.globals.flatMap((each, index) =>
      each.type === type ? [[0x23, index]] : [],
    );
    return dice.chance(0.3) ? constant(dice, type) : dice.of([...locals, ...globals]);
  }

  /** What only some types have: memory, tables, comparisons, vectors. */
  #special(type: NumberType, depth: number): number[] {
    const dice = this.#dice;
    const { memory, table } = this.#around;
    const inner = () => this.#expression("i32", Math.max(0, depth - 2));
    if (type === "i64") return memory ? [...this.#address(), 0x29, 0, 0] : this.#leaf(type);
    if (type !== "i32") return this.#leaf(type);
    const kinds = [
      "compare",
      "vector",
      ...(memory ? ["load", "byte", "size", "grow"] : []),
      ...(table ? ["table"] : []),
    ];
    switch (dice.of(kinds)) {
      case "load":
        return [...this.#address(), 0x28, 0, dice.below(64)];
      case "byte":
        return [...this.#address(), 0x2d, 0, 0];
      case "size":
        return [0x3f, 0];
      case "grow":
        return [0x41, dice.below(2), 0x40, 0];
      case "table":
        return [0xfc, 0x10, 0];
      case "vector": // splat both, add them, take a lane
        return [...inner(), 0xfd, 0x11, ...inner(), 0xfd, 0x11, 0xfd, 0xae, 0x01, 0xfd, 0x1b, dice.below(4)];
      default: {
        const [of, first, count] = dice.of(comparisons);
        return [
          ...this.#expression(of, 0),
          ...this.#expression(of, Math.max(0, depth - 2)),
          first + dice.below(count),
        ];
      }
    }
  }

  /** Mostly inside of memory. */
  #address(): number[] {
    const any = this.#leaf("i32");
    return this.#dice.chance(0.03) ? any : [...any, 0x41, ...signedLeb(0xff0n), 0x71];
  }

  /** One call in a body at most, and none in a loop: time stays small. */
  #call(type: NumberType, depth: number): number[] | undefined {
    if (this.#looping || this.#calls > 0) return undefined;
    const fitting = this.#around.callable.flatMap(({ results }, index) =>
      results.length === 1 && results[0] === type ? [index] : [],
    );
    if (fitting.length === 0) return undefined;
    this.#calls++;
    const index = this.#dice.of(fitting);
    const args = this.#around.callable[index]?.parameters ?? [];
    return [...args.flatMap((each) => this.#expression(each, Math.min(1, depth - 1))), 0x10, index];
  }

  #statement(): number[] {
    const dice = this.#dice;
    const { memory, segments, table, globals } = this.#around;
    const mutable = globals.flatMap((each, index) => (each.mutable ? [index] : []));
    const kinds = ["local", "local", "loop", ...(mutable.length > 0 ? ["global", "global"] : [])];
    if (memory) kinds.push("store", "store8", "any store", "any store", "fill", "copy");
    if (segments > 0) kinds.push("init", "drop");
    if (table) kinds.push("table");
    const at = () => this.#address();
    const far = () => (dice.chance(0.3) ? randomPlace(dice) : at());
    switch (dice.of(kinds)) {
      case "global": {
        const index = dice.of(mutable);
        return [...this.#expression(globals[index]?.type ?? "i32", 2), 0x24, index];
      }
      case "store":
        return [...at(), ...this.#expression("i32", 2), 0x36, 0, 0];
      case "store8":
        return [...at(), ...this.#expression("i32", 1), 0x3a, 0, 0];
      case "any store":
        return randomStore(dice, dice.chance(0.5) ? at() : randomPlace(dice), this.#expression("i32", 1));
      case "fill":
        return [...far(), ...this.#leaf("i32"), 0x41, dice.below(60), 0xfc, 0x0b, 0];
      case "copy":
        return [...far(), ...at(), 0x41, dice.below(60), 0xfc, 0x0a, 0, 0];
      case "init":
        return [...far(), 0x41, 0, 0x41, dice.below(5), 0xfc, 0x08, dice.below(segments), 0];
      case "drop":
        return [0xfc, 0x09, dice.below(segments)];
      case "table": // clears an entry
        return [0x41, dice.below(4), 0xd0, 0x70, 0x26, 0];
      case "loop":
        return this.#loop();
      default: {
        const index = dice.below(this.#locals.length);
        return [...this.#expression(this.#locals[index] ?? "i32", 3), 0x21, index];
      }
    }
  }

  #loop(): number[] {
    if (this.#looping) return [0x01];
    this.#looping = true;
    const inner = this.#dice.many(1, 3, () => this.#statement()).flat();
    this.#looping = false;
    const again = [0x20, this.#counter, 0x41, 1, 0x6b, 0x22, this.#counter, 0x0d, 0];
    return [0x41, 1 + this.#dice.below(20), 0x21, this.#counter, 0x03, 0x40, ...inner, ...again, 0x0b];
  }
}
