import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textLines, type TextLine } from "../../src/cli/text-lines.ts";

async function linesOf(chunks: readonly Uint8Array[], maxBytes?: number): Promise<TextLine[]> {
  const lines: TextLine[] = [];
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  for await (const line of textLines(source, maxBytes)) lines.push(line);
  return lines;
}

/** The bytes in pieces that end at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places, bytes.length]
    .map((place) => Math.min(place, bytes.length))
    .toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const texts = (...lines: string[]): TextLine[] => lines.map((text, index) => ({ number: index + 1, text }));

describe("textLines", () => {
  it.each([
    ["nothing", "", []],
    ["a line with no end", "a", ["a"]],
    ["a line with an end", "a\n", ["a"]],
    ["empty lines", "\n\na\n\n", ["", "", "a", ""]],
    ["ends of Windows", "a\r\nb\r\n", ["a", "b"]],
    ["characters that end lines elsewhere, but not in JSON", "a\u2028b\u0085c", ["a\u2028b\u0085c"]],
  ])("takes %s", async (_what, text, lines) => {
    expect(await linesOf([Buffer.from(text)])).toEqual(texts(...lines));
  });

  it("gives the same lines however they come", async () => {
    const line = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "ü", "𝄞", "{}"));
    const clean = line.map((text) => text.replaceAll(/[\r\n\ud800-\udfff]/gu, "."));
    await fc.assert(
      fc.asyncProperty(fc.array(clean), fc.array(fc.nat(60)), async (lines, places) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        expect(await linesOf(cut(bytes, places))).toEqual(texts(...lines));
      }),
    );
  });

  it("spoils no line but the one that is not UTF-8, however it comes", async () => {
    const bytes = Buffer.concat([
      Buffer.from("ü\n"),
      Buffer.of(0x22, 0xff, 0x22),
      Buffer.from("\n\n𝄞\nlast"),
    ]);
    for (let place = 0; place <= bytes.length; place++)
      expect(await linesOf(cut(bytes, [place]))).toEqual([
        { number: 1, text: "ü" },
        { number: 2, fault: "it is not UTF-8" },
        { number: 3, text: "" },
        { number: 4, text: "𝄞" },
        { number: 5, text: "last" },
      ]);
  });

  it("keeps nothing of a line that is too long", async () => {
    const bytes = Buffer.from("12345\n123456\n12\n1234567");
    const places = Array.from(bytes, (_byte, place) => place);
    expect(await linesOf(cut(bytes, places), 5)).toEqual([
      { number: 1, text: "12345" },
      { number: 2, fault: "it has 6 bytes, the limit is 5" },
      { number: 3, text: "12" },
      { number: 4, fault: "it has 7 bytes, the limit is 5" },
    ]);
  });
});
