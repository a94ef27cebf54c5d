/**
 * Attributes as OTLP has them, `KeyValue { key = 1; AnyValue value = 2 }`, each behind its length. Nearly all of them have
 * been written before: the same functions, nodes, workers and statuses come again with every span. So what was written
 * is kept, by key and value, and writing it again is a copy.
 */

/** What is kept of one key; then it begins anew. */
const keptValues = 512;
/** Longer texts are not likely to come again. */
const keptChars = 128;

const kept = new Map<string, Map<string | number | boolean, Uint8Array>>();

/** The bytes of an attribute. They belong to nobody: do not write to them. */
export function attributeBytes(key: string, value: string | number | boolean): Uint8Array {
  let values = kept.get(key);
  const known = values?.get(value);
  if (known !== undefined) return known;
  const bytes = encode(key, value);
  if (typeof value === "string" && value.length > keptChars) return bytes;
  if (values === undefined || values.size >= keptValues) kept.set(key, (values = new Map()));
  values.set(value, bytes);
  return bytes;
}

/** A length-delimited field of a number below 16, with its tag. */
export function lengthDelimited(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of((field << 3) | 2), varintBytes(content.length), content]);
}

function encode(key: string, value: string | number | boolean): Uint8Array {
  const pair = [lengthDelimited(1, Buffer.from(key)), lengthDelimited(2, anyValue(value))];
  const length = pair.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varintBytes(length), ...pair]);
}

function anyValue(value: string | number | boolean): Uint8Array {
  if (typeof value === "string") return lengthDelimited(1, Buffer.from(value));
  if (typeof value === "boolean") return Uint8Array.of(2 << 3, value ? 1 : 0);
  if (Number.isSafeInteger(value)) return Buffer.concat([Uint8Array.of(3 << 3), varintBytes(value)]);
  const bytes = Buffer.alloc(9);
  bytes[0] = (4 << 3) | 1;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

/** An integer; a negative one takes ten bytes. */
export function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
