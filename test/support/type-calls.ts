/** Calls of the kernel `types` with every type that can travel, at the ends of its range, as proto3 JSON. */

/** A call whose outcome is known. */
export interface TypeCall {
  readonly function: string;
  /** `/types.TypesService/Scalars` */
  readonly path: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
}

function call(fn: string, request: Readonly<Record<string, unknown>>, response = request): TypeCall {
  const path = `/types.TypesService/${fn.charAt(0).toUpperCase()}${fn.slice(1)}`;
  return { function: fn, path, request, response };
}

const zeros = {
  ...{ double: 0, float: 0, int: 0, uint: 0, long: "0", ulong: "0", flag: false, text: "" },
  ...{ bytes: "", buffer: "", block: "", byte: 0, signedByte: 0, short: 0, ushort: 0, hue: "HUE_NONE" },
};

const highest = {
  ...{ double: 1.7976931348623157e308, float: 1.5, int: 2147483647, uint: 4294967295 },
  ...{ long: "9223372036854775807", ulong: "18446744073709551615", flag: true },
  ...{ text: 'h\u00e9llo \u2713 \ud83d\ude00 \u0000 "\\', bytes: "AAECA/+/", buffer: "/w==", block: "//4=" },
  ...{ byte: 255, signedByte: 127, short: 32767, ushort: 65535, hue: "HUE_DEEP_BLUE" },
};

const lowest = {
  ...zeros,
  ...{ double: 5e-324, float: -1.5, int: -2147483648, long: "-9223372036854775808" },
  ...{ signedByte: -128, short: -32768, hue: "HUE_CYAN" },
};

const arrays = {
  ...{ doubles: [1, "NaN", "Infinity"], doublesArray: ["-Infinity", -2.5], doublesView: [5e-324] },
  ...{ floats: [0.5, "NaN"], floatsArray: ["Infinity", "-Infinity"], floatsView: [-0.25] },
  ...{ fixedInts: [-2147483648, 0, 2147483647], fixedUints: [0, 4294967295] },
  ...{
    fixedLongs: ["-9223372036854775808", "9223372036854775807"],
    fixedUlongs: ["0", "18446744073709551615"],
  },
  ...{ ints: [-2147483648, 2147483647], uints: [4294967295, 0] },
  ...{ longs: ["-9223372036854775808", "9223372036854775807"], ulongs: ["18446744073709551615"] },
  ...{ flags: [true, false, true], shorts: [-32768, 32767], hues: ["HUE_RED", "HUE_CYAN", "HUE_NONE"] },
  ...{ texts: ["", "\u00e9", "b"], textBlock: ["x"], blobs: ["", "AQI="] },
  ...{
    points: [
      { x: 1, y: 2 },
      { x: 0, y: 0 },
    ],
    pointBlock: [{ x: -1, y: 0.5 }],
  },
};

const emptyArrays = Object.fromEntries(Object.keys(arrays).map((name) => [name, []]));

const origin = { x: 0, y: 0 };
const leaf = { label: "leaf", children: [], point: { x: 3, y: 4 } };
const tree = {
  ...{ label: "root", point: origin, scalars: { ...highest, text: "deep" } },
  left: { label: "left", left: leaf, children: [], point: origin },
  children: [leaf, { label: "", children: [leaf], point: origin }],
};

const many = {
  ...{ a: 0.1, b: -1, c: "18446744073709551615", on: true, text: "t", data: "AA==", doubles: [1, 2] },
  ...{ points: [origin], tree: leaf, hue: "HUE_RED" },
};

const defaults = { count: 7, ratio: 0.5, name: "heddle", plain: 0, weights: [1, 2] };
const otherDefaults = { count: 0, ratio: 0, name: "", plain: 1, weights: [3] };

/** Every type of the table, in values and in lists. Messages that are absent are absent here too. */
export const typeCalls: readonly TypeCall[] = [
  call("scalars", {}, { value: zeros }),
  call("scalars", { value: highest }),
  call("scalars", { value: lowest }),
  call("scalars", { value: { ...zeros, double: "NaN", float: "-Infinity", hue: 77 } }),
  call("arrays", {}, { value: emptyArrays }),
  call("arrays", { value: arrays }),
  call("tree", {}, {}),
  call("tree", { value: tree }),
  call("defaults", {}, { value: defaults }),
  call("defaults", { value: otherDefaults }),
  call("many", many, { value: many }),
  call("nothing", {}),
  call("negate", { value: 2.5 }, { value: -2.5 }),
];

/** JSON without the nulls that some libraries write for absent messages. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutNulls(item)]));
}
