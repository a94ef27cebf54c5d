import { describe, expect, it } from "vitest";
import { ageOf, shortDigest, sizeText } from "../../src/cli/version-digest.ts";

describe("shortDigest", () => {
  it("gives the first digits", () => {
    expect(shortDigest("0123456789abcdef".repeat(4))).toBe("0123456789ab");
  });
});

describe("ageOf", () => {
  it.each([
    [-5, "0s"],
    [999, "0s"],
    [59_999, "59s"],
    [60_000, "1m"],
    [3_599_999, "59m"],
    [3_600_000, "1h"],
    [86_399_999, "23h"],
    [86_400_000, "1d"],
    [86_400_000 * 400, "400d"],
  ])("says %i ms as %s", (ms, text) => {
    expect(ageOf(1_000_000_000, 1_000_000_000 + ms)).toBe(text);
  });
});

describe("sizeText", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [14_541, "14.2 KiB"],
    [1024 * 1024, "1.0 MiB"],
    [32 * 1024 * 1024, "32.0 MiB"],
  ])("says %i bytes as %s", (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
