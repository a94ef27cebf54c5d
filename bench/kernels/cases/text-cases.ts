import { randomOf, type KernelCase, type Value } from "./case.ts";

interface Counts {
  readonly total: bigint;
  readonly distinct: number;
  readonly words: readonly { readonly word: string; readonly count: number }[];
}

interface Results {
  readonly total: number;
  readonly hits: readonly { readonly id: string; readonly score: number }[];
}

/** How a case is given what another function makes of its input. */
export type Call = (name: string, request: object) => unknown;

/** Texts of 64 and 512 KiB, and 256 documents of 2 KiB. `call` calls the kernel. */
export function textCases(call: Call): readonly KernelCase[] {
  const { vocabulary, write } = languageOf(1);
  const short = write(64 << 10);
  const long = write(512 << 10);
  const documents = Array.from({ length: 256 }, (_, d) => ({ id: `document ${d}`, text: write(2 << 10) }));
  const ids = documents.map(({ id }) => id);
  const texts = documents.map(({ text }) => text);
  const indexes = Array.from(
    { length: 8 },
    (_, part) =>
      // by the kernel's descriptor
      call("index", { documents: documents.slice(32 * part, 32 * part + 32) }) as Uint8Array,
  );
  const index = call("index", { documents }) as Uint8Array;
  // A summary is three numbers out of the header, whatever lies behind it: with the least of that, the call is measured.
  const smallest = call("index", { documents: [{ id: "1", text: vocabulary[0] }] }) as Uint8Array;
  const [a, b, c, d, e] = [30, 200, 15, 40, 500].map((rank) => vocabulary[rank]);
  const query = `+${a} ${b} -"${c} ${d}" ${e}`;
  return [
    { ...textCase("tokenize", "64 KiB", { text: short }, [short]), outputs: (words) => [lines(words)] },
    { ...textCase("wordCount", "512 KiB", { text: long, limit: 100 }, [long, 100]), outputs: countsOf },
    mergeCase(texts.slice(0, 64).map((text) => call("wordCount", { text, limit: 0 }) as Counts)),
    textCase("index", "256 documents of 2 KiB", { documents }, [...strings(ids), ...strings(texts)]),
    textCase("mergeIndexes", "8 indexes of 32 documents", { indexes }, indexes),
    textCase("summary", "1 document of one word", { index: smallest }, [smallest]),
    {
      ...textCase("search", "256 documents, 5 words", { index, query, limit: 10 }, [index, query, 10]),
      outputs: hitsOf,
    },
  ];
}

function textCase(name: string, input: string, request: object, values: readonly Value[]): KernelCase {
  return { kernel: "text", function: name, input, request, arguments: values, tolerance: 1e-14 };
}

function mergeCase(parts: readonly Counts[]): KernelCase {
  const words = parts.flatMap((part) => part.words);
  const counts = Uint32Array.from(words.map(({ count }) => count));
  const totals = BigUint64Array.from(parts.map(({ total }) => total));
  const values = [...strings(words.map(({ word }) => word)), counts, totals, 100];
  return {
    ...textCase("mergeCounts", "64 parts", { parts, limit: 100 }, values),
    outputs: countsOf,
  };
}

/** Strings as C gets them: where each ends, and their bytes one after the other. */
function strings(list: readonly string[]): readonly Value[] {
  let end = 0;
  return [Uint32Array.from(list, (one) => (end += Buffer.byteLength(one))), list.join("")];
}

function lines(words: unknown): string {
  return (words as readonly string[]).map((word) => `${word}\n`).join(""); // by the kernel's descriptor
}

function countsOf(value: unknown): readonly Value[] {
  const { total, distinct, words } = value as Counts;
  return [
    total,
    distinct,
    lines(words.map(({ word }) => word)),
    Uint32Array.from(words, ({ count }) => count),
  ];
}

function hitsOf(value: unknown): readonly Value[] {
  const { total, hits } = value as Results;
  return [total, Float64Array.from(hits, ({ score }) => score), lines(hits.map(({ id }) => id))];
}

/**
 * Prose of so many bytes in a language of two thousand words, of which few are frequent, as in any language
 * (Zipf), with capitals, commas and full stops, now and then a number, an apostrophe, an accent and a dash.
 */
function languageOf(seed: number): { vocabulary: readonly string[]; write: (bytes: number) => string } {
  const random = randomOf(seed);
  const consonants = "bdfglmnprstvk";
  const vowels = "aeiou";
  const pick = (from: string): string => from[Math.floor(random() * from.length)] ?? "";
  const syllables = Array.from(
    { length: 65 },
    (_, at) => `${consonants[Math.floor(at / 5)]}${vowels[at % 5]}`,
  );
  const vocabulary = Array.from({ length: 2000 }, (_, rank) => {
    const first = syllables[(rank * 7) % 65] ?? "";
    const second = syllables[(rank * 11 + 3) % 65] ?? "";
    const more = rank < 65 ? "" : `${pick(consonants)}${pick(vowels)}${rank % 3 === 0 ? pick("nrst") : ""}`;
    const plain = rank < 12 ? first : `${first}${second}${more}`;
    return rank % 50 === 49 ? `${plain}é` : rank % 40 === 39 ? `${plain}'s` : plain;
  });
  const word = (): string => {
    if (random() < 0.01) return String(Math.floor(10_000 * random()) / 10);
    return vocabulary[Math.floor(Math.exp(random() * Math.log(vocabulary.length)))] ?? "";
  };
  const write = (bytes: number): string => {
    let text = "";
    for (let place = 0; text.length < bytes; place++) {
      const one = word();
      text += place % 12 === 0 ? `${one.slice(0, 1).toUpperCase()}${one.slice(1)}` : one;
      text += place % 12 === 11 ? ". " : place % 7 === 6 ? ", " : place % 97 === 96 ? " – " : " ";
    }
    return text;
  };
  return { vocabulary, write };
}
