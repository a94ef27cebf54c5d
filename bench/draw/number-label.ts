const prefixes: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** A number for an axis or a bar, three digits or a whole one of four: `12.5k`, `0.35`, `2e-7`. */
export function numberLabel(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 10_000) return String(Math.trunc(value) || 0);
  if (size < 1e-3 || size >= 1e15) return shortest(value.toExponential(2)).replace("e+", "e");
  const [unit, prefix] = prefixes.find(([from]) => size >= from * 0.9995) ?? [1, ""];
  return shortest((value / unit).toPrecision(3)) + prefix;
}

/** Without zeros after the point that say nothing. */
function shortest(digits: string): string {
  const [number = "", exponent] = digits.split("e");
  const plain = number.includes(".") ? number.replace(/\.?0+$/, "") : number;
  return exponent === undefined ? plain : `${plain}e${exponent}`;
}
