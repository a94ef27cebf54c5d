import { describe, expect, it } from "vitest";
import { describeValue } from "../../src/wire/describe-value.ts";

class Matrix {}

describe("describeValue", () => {
  it.each<[unknown, string]>([
    ["x", '"x"'],
    ['a "quoted"\nline', '"a \\"quoted\\"\\nline"'],
    ["y".repeat(61), `"${"y".repeat(60)}"… (61 characters)`],
    [1.5, "1.5"],
    [-0, "-0"],
    [NaN, "NaN"],
    [12n, "12n"],
    [10n ** 80n, "a bigint of 81 digits"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [[1], "an array"],
    [{}, "an object"],
    [new Matrix(), "an object"],
    [new Date(0), "a Date"],
    [new Int8Array(1), "an Int8Array"],
    [new ArrayBuffer(1), "an ArrayBuffer"],
    [{ [Symbol.toStringTag]: "<script>" }, "an object"],
    [() => 1, "a function"],
    [Symbol("s"), "a symbol"],
  ])("%#: says what a value is in a few words", (value, said) => {
    expect(describeValue(value)).toBe(said);
  });
});
