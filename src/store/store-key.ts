import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Expected } from "./store.ts";

const keyPattern = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/** Throws BAD_REQUEST unless the text is a key as the store's contract says. */
export function checkKey(key: string): void {
  if (key.length > limits.storeKeyMaxChars) {
    const start = JSON.stringify(`${key.slice(0, 40)}…`);
    throw new HeddleError(
      "BAD_REQUEST",
      `the store key ${start} has ${key.length} characters; at most ${limits.storeKeyMaxChars} are allowed`,
    );
  }
  if (!keyPattern.test(key)) {
    throw new HeddleError(
      "BAD_REQUEST",
      `${JSON.stringify(key)} is no store key: use segments of letters, digits, "_" and "-", joined by dots`,
    );
  }
}

/** Throws BAD_REQUEST unless the prefix is empty or a key. */
export function checkPrefix(prefix: string): void {
  if (prefix !== "") checkKey(prefix);
}

/** Throws BAD_REQUEST for a value above the limit. */
export function checkValue(key: string, value: Uint8Array): void {
  if (value.byteLength <= limits.storeValueMaxBytes) return;
  throw new HeddleError(
    "BAD_REQUEST",
    `the value of "${key}" has ${value.byteLength} bytes; the store takes at most ${limits.storeValueMaxBytes}`,
  );
}

/** Throws CONFLICT when the condition of a write does not hold for what was found: a revision, or nothing. */
export function checkExpected(key: string, expected: Expected, found: number | undefined): void {
  if (expected === "any") return;
  const wanted = expected === "absent" ? undefined : expected.revision;
  if (found === wanted) return;
  const is = found === undefined ? "is not there" : `is at revision ${found}`;
  const should = wanted === undefined ? "should not be there" : `should be at revision ${wanted}`;
  throw new HeddleError("CONFLICT", `"${key}" ${is} but ${should}; read it again and repeat`);
}

/** Does the key lie below the prefix, by whole segments? */
export function isBelow(key: string, prefix: string): boolean {
  return prefix === "" || key === prefix || (key.startsWith(prefix) && key[prefix.length] === ".");
}
