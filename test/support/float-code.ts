/**
 * Random expressions of floats as WebAssembly text, with a model that says what bits they have once all NaNs that can be
 * seen are canonical. A float of the model is a number, with its bits where they are seen as they are.
 */
import type { Random } from "../../src/base/random.ts";
import { Dice } from "./dice.ts";

type Width = "f32" | "f64";

/** A float: `bits` where the instruction that gives it fixes them. */
interface Modelled {
  readonly text: string;
  readonly value: number;
  readonly bits?: bigint;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The bits of a number; those of the one canonical NaN. */
export function bitsOf(width: Width, value: number): bigint {
  if (Number.isNaN(value)) return width === "f32" ? 0x7fc00000n : 0x7ff8000000000000n;
  if (width === "f32") scratch.setFloat32(0, value);
  else scratch.setFloat64(0, value);
  return width === "f32" ? BigInt(scratch.getUint32(0)) : scratch.getBigUint64(0);
}

/** The number with these bits. */
export function numberOf(width: Width, bits: bigint): number {
  if (width === "f32") scratch.setUint32(0, Number(bits));
  else scratch.setBigUint64(0, bits);
  return width === "f32" ? scratch.getFloat32(0) : scratch.getFloat64(0);
}

const interesting: Readonly<Record<Width, readonly bigint[]>> = {
  f32: [0x7fc00000n, 0xffc00000n, 0x7fa00001n, 0xff812345n, 0x7f800000n, 0xff800000n, 0n, 0x80000000n, 1n],
  f64: [
    ...[0x7ff8000000000000n, 0xfff8000000000000n, 0x7ff4000000000123n, 0xfff0000000000001n],
    ...[0x7ff0000000000000n, 0xfff0000000000000n, 0n, 0x8000000000000000n, 1n],
  ],
};

/** Bits of a float that is often special. */
export function randomBits(dice: Dice, width: Width): bigint {
  if (dice.chance(0.6)) return dice.of(interesting[width]);
  return bitsOf(width, dice.of([1, -1.5, 2.5, -0.5, 1e30, 3.7, dice.below(1000) / 8]));
}

const rounded = (width: Width, value: number): number => (width === "f32" ? Math.fround(value) : value);

/** The nearest whole number, the even one of two. */
function nearest(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 52) return value;
  const sign = Object.is(value, -0) || value < 0 ? -1 : 1;
  const size = Math.abs(value);
  const below = Math.floor(size);
  const rest = size - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return sign * (up ? below + 1 : below);
}

const unary: Readonly<Record<string, (value: number) => number>> = {
  ...{ abs: Math.abs, ceil: Math.ceil, floor: Math.floor, trunc: Math.trunc, sqrt: Math.sqrt },
  ...{ neg: (value: number) => -value, nearest },
};
const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
};

/** Makes expressions over parameters with given bits: `$p0` and `$p1`, 64-bit integers, of which f32 takes the low half. */
export class FloatCode {
  readonly #dice: Dice;
  readonly #parameters: readonly bigint[];

  constructor(random: Random, parameters: readonly bigint[]) {
    this.#dice = new Dice(random);
    this.#parameters = parameters;
  }

  /** A function body that gives the bits of a random expression, as an i64. */
  number(): { text: string; bits: bigint } {
    const width = this.#dice.of(["f32", "f64"] as const);
    const made = this.#float(width, 5);
    const reinterpreted = this.#reinterpret(width, made.text);
    const text = width === "f32" ? `(i64.extend_i32_u ${reinterpreted})` : reinterpreted;
    return { text, bits: seen(width, made) };
  }

  /** A body that gives the lanes of a random vector, as two i64. */
  vector(): { text: string; lanes: readonly bigint[] } {
    const { text, lanes } = this.#vector(5);
    return {
      text: `(local.set $v ${text}) (i64x2.extract_lane 0 (local.get $v)) (i64x2.extract_lane 1 (local.get $v))`,
      lanes,
    };
  }

  #float(width: Width, depth: number): Modelled {
    const dice = this.#dice;
    if (depth === 0) return this.#leaf(width);
    const inner = (of: Width = width) => this.#float(of, depth - 1);
    switch (dice.below(9)) {
      case 0:
        return this.#leaf(width);
      case 1:
      case 2: {
        const name = dice.of(Object.keys(unary));
        const { text, value } = inner();
        return { text: `(${width}.${name} ${text})`, value: rounded(width, unary[name]?.(value) ?? 0) };
      }
      case 3: {
        if (width === "f32") {
          const { text, value } = inner("f64");
          return { text: `(f32.demote_f64 ${text})`, value: Math.fround(value) };
        }
        const { text, value } = inner("f32");
        return { text: `(f64.promote_f32 ${text})`, value };
      }
      case 4:
        return this.#copysign(width, inner(), inner());
      case 5:
        return this.#throughBits(width, inner());
      case 6: {
        const [a, b] = [inner(), inner()];
        const condition = dice.below(2);
        const text = `(select ${a.text} ${b.text} (i32.const ${condition}))`;
        return { text, value: condition === 1 ? a.value : b.value };
      }
      default: {
        const name = dice.of(Object.keys(binary));
        const [a, b] = [inner(), inner()];
        const value = rounded(width, binary[name]?.(a.value, b.value) ?? 0);
        return { text: `(${width}.${name} ${a.text} ${b.text})`, value };
      }
    }
  }

  #leaf(width: Width): Modelled {
    const dice = this.#dice;
    const index = dice.below(this.#parameters.length);
    const whole = this.#parameters[index] ?? 0n;
    switch (dice.below(3)) {
      case 0: {
        const bits = randomBits(dice, width);
        return { text: constant(width, bits), value: numberOf(width, bits), bits };
      }
      case 1: {
        const bits = width === "f32" ? whole & 0xffffffffn : whole;
        const integer = `(local.get $p${index})`;
        const text =
          width === "f32"
            ? `(f32.reinterpret_i32 (i32.wrap_i64 ${integer}))`
            : `(f64.reinterpret_i64 ${integer})`;
        return { text, value: numberOf(width, bits), bits };
      }
      default: {
        const value = dice.below(100) - 50;
        return { text: `(${width}.convert_i32_s (i32.const ${value}))`, value, bits: bitsOf(width, value) };
      }
    }
  }

  #copysign(width: Width, a: Modelled, b: Modelled): Modelled {
    const isNegative = seen(width, b) >> (width === "f32" ? 31n : 63n) === 1n;
    const size = Math.abs(a.value);
    return { text: `(${width}.copysign ${a.text} ${b.text})`, value: isNegative ? -size : size };
  }

  /** Through integers, memory or a vector, where the bits are seen. */
  #throughBits(width: Width, made: Modelled): Modelled {
    const bits = seen(width, made);
    const value = numberOf(width, bits);
    const integer = this.#reinterpret(width, made.text);
    const shape = width === "f32" ? "f32x4" : "f64x2";
    const ways = [
      width === "f32" ? `(f32.reinterpret_i32 ${integer})` : `(f64.reinterpret_i64 ${integer})`,
      `(if (result ${width}) (i32.const 1) (then (${width}.store (i32.const 8) ${made.text}) (${width}.load (i32.const 8))) (else (${width}.const 0)))`,
      `(${shape}.extract_lane 1 (${shape}.splat ${made.text}))`,
      `(${shape}.extract_lane 1 (${shape}.replace_lane 1 (v128.const i64x2 0 0) ${made.text}))`,
    ];
    const way = this.#dice.below(ways.length);
    // The result of an "if" may come from elsewhere, so its bits are not taken for fixed.
    return { text: ways[way] ?? "", value, ...(way === 1 ? {} : { bits }) };
  }

  #reinterpret(width: Width, text: string): string {
    return width === "f32" ? `(i32.reinterpret_f32 ${text})` : `(i64.reinterpret_f64 ${text})`;
  }

  #vector(depth: number): { text: string; lanes: readonly bigint[] } {
    const dice = this.#dice;
    if (depth === 0 || dice.chance(0.1)) return this.#vectorLeaf();
    const width = dice.of(["f32", "f64"] as const);
    const shape = width === "f32" ? "f32x4" : "f64x2";
    const a = this.#vector(depth - 1);
    const inA = lanesOf(width, a.lanes);
    const kind = dice.below(6);
    if (kind === 0) {
      const name = dice.of(Object.keys(unary));
      return { text: `(${shape}.${name} ${a.text})`, lanes: joined(width, inA.map(unaryBits(width, name))) };
    }
    if (kind === 1) return converted(width, a);
    const b = this.#vector(depth - 1);
    const inB = lanesOf(width, b.lanes);
    const name = kind === 2 ? dice.of(["pmin", "pmax", "lt", "eq"]) : dice.of(Object.keys(binary));
    const made = inA.map((bits, index) => binaryBits(width, name, bits, inB[index] ?? 0n));
    return { text: `(${shape}.${name} ${a.text} ${b.text})`, lanes: joined(width, made) };
  }

  #vectorLeaf(): { text: string; lanes: readonly bigint[] } {
    const dice = this.#dice;
    if (dice.chance(0.3)) {
      const index = dice.below(this.#parameters.length);
      const bits = this.#parameters[index] ?? 0n;
      return { text: `(i64x2.splat (local.get $p${index}))`, lanes: [bits, bits] };
    }
    const lanes = dice.chance(0.5)
      ? dice.many(2, 2, () => randomBits(dice, "f64"))
      : joined(
          "f32",
          dice.many(4, 4, () => randomBits(dice, "f32")),
        );
    return { text: `(v128.const i64x2 ${lanes.join(" ")})`, lanes };
  }
}

/** The bits that are seen of a float. */
function seen(width: Width, { value, bits }: Modelled): bigint {
  return bits ?? bitsOf(width, value);
}

function constant(width: Width, bits: bigint): string {
  const value = numberOf(width, bits);
  const sign = bits >> (width === "f32" ? 31n : 63n) === 1n ? "-" : "";
  const payload = bits & (width === "f32" ? 0x7fffffn : 0xfffffffffffffn);
  if (Number.isNaN(value)) return `(${width}.const ${sign}nan:0x${payload.toString(16)})`;
  if (!Number.isFinite(value)) return `(${width}.const ${sign}inf)`;
  return `(${width}.const ${Object.is(value, -0) ? "-0" : value})`;
}

function lanesOf(width: Width, lanes: readonly bigint[]): bigint[] {
  return width === "f64" ? [...lanes] : lanes.flatMap((lane) => [lane & 0xffffffffn, lane >> 32n]);
}

function joined(width: Width, lanes: readonly bigint[]): bigint[] {
  if (width === "f64") return [...lanes];
  return [0, 2].map((index) => (lanes[index] ?? 0n) | ((lanes[index + 1] ?? 0n) << 32n));
}

function unaryBits(width: Width, name: string): (bits: bigint) => bigint {
  const sign = width === "f32" ? 1n << 31n : 1n << 63n;
  if (name === "neg") return (bits) => bits ^ sign;
  if (name === "abs") return (bits) => bits & ~sign;
  return (bits) => bitsOf(width, rounded(width, unary[name]?.(numberOf(width, bits)) ?? 0));
}

function binaryBits(width: Width, name: string, a: bigint, b: bigint): bigint {
  const [x, y] = [numberOf(width, a), numberOf(width, b)];
  const all = width === "f32" ? 0xffffffffn : 0xffffffffffffffffn;
  switch (name) {
    case "pmin":
      return y < x ? b : a;
    case "pmax":
      return x < y ? b : a;
    case "lt":
      return x < y ? all : 0n;
    case "eq":
      return x === y ? all : 0n;
    default:
      return bitsOf(width, rounded(width, binary[name]?.(x, y) ?? 0));
  }
}

/** Lanes of the width made from those of the other. */
function converted(
  width: Width,
  { text, lanes }: { text: string; lanes: readonly bigint[] },
): { text: string; lanes: readonly bigint[] } {
  if (width === "f64") {
    const low = lanesOf("f32", lanes).slice(0, 2);
    const wide = low.map((bits) => bitsOf("f64", numberOf("f32", bits)));
    return { text: `(f64x2.promote_low_f32x4 ${text})`, lanes: wide };
  }
  const narrow = lanes.map((bits) => bitsOf("f32", numberOf("f64", bits)));
  return { text: `(f32x4.demote_f64x2_zero ${text})`, lanes: joined("f32", [...narrow, 0n, 0n]) };
}
