import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { openLibraryKernel, type LibraryKernel } from "../../support/library-kernel.ts";
import { librarySource } from "../../support/kernels.ts";
import { plainWords } from "../../support/plain-search.ts";

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("text");
}, 60_000);

describe("the tables of characters", () => {
  it("are of the Unicode version of the pinned Node: otherwise run scripts/unicode-tables.js again", () => {
    const source = readFileSync(librarySource("text/unicode"), "utf8");
    expect(source).toContain(`Unicode ${process.versions.unicode} beyond`);
  });

  it.each(["", "a", "1", "x'", "1."])("say of every character what Node says of it, after %j", (before) => {
    const step = 0x4000;
    for (let start = 0; start < 0x110000; start += step) {
      const characters = Array.from({ length: step }, (_, i) => start + i)
        .filter((point) => point < 0xd800 || point > 0xdfff)
        .map((point) => `${before}${String.fromCodePoint(point)}a`);
      const text = characters.join("\n");
      if (characters.length === 0) continue;
      const words = kernel.call("tokenize", { text }) as string[]; // the type of its result
      // One text is compared, not thousands: no word has a line's end in it.
      expect(words.join("\n")).toBe(plainWords(text).join("\n"));
    }
  });
});
