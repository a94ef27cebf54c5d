/** Characters of a foreign text that an error message quotes. */
const quotedChars = 60;

/** Quotes a foreign text for an error message; a long one is cut. */
export function quote(text: string): string {
  if (text.length <= quotedChars) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, quotedChars))}… (${text.length} characters)`;
}

/** Says in a few words what a foreign value is: `"x"`, `3.5`, `12n`, `null`, `an array`, `a Date`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "bigint": {
      const digits = String(value);
      return digits.length <= quotedChars ? `${digits}n` : `a bigint of ${digits.length} digits`;
    }
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
      return value === null ? "null" : describeObject(value);
    case "function":
    case "symbol":
      return `a ${typeof value}`;
    default:
      return String(value); // "undefined", "true" or "false"
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return "an array";
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  // A class may call itself anything through Symbol.toStringTag.
  if (tag === "Object" || !/^[A-Za-z0-9 ]{1,40}$/.test(tag)) return "an object";
  return `${/^[AEIOU]/.test(tag) ? "an" : "a"} ${tag}`;
}
