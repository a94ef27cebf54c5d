import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { plainSearch, plainWords, type PlainDocument } from "../support/plain-search.ts";
import { testSeed } from "../support/seed.ts";

interface Counts {
  readonly total: bigint;
  readonly distinct: number;
  readonly words: readonly { readonly word: string; readonly count: number }[];
}

interface Results {
  readonly total: number;
  readonly hits: readonly { readonly id: string; readonly score: number }[];
}

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("text");
}, 60_000);

// The replies are typed by the kernel's descriptor.
const tokenize = (text: string): string[] => kernel.call("tokenize", { text }) as string[];
const wordCount = (text: string, limit = 0): Counts => kernel.call("wordCount", { text, limit }) as Counts;
const indexOf = (documents: readonly PlainDocument[]): Uint8Array =>
  kernel.call("index", { documents }) as Uint8Array;
const merge = (indexes: readonly Uint8Array[]): Uint8Array =>
  kernel.call("mergeIndexes", { indexes }) as Uint8Array;
const search = (index: Uint8Array, query: string, limit = 0): Results =>
  kernel.call("search", { index, query, limit }) as Results;

/** Texts of few words, so that words repeat, among all that Unicode has. */
const word = fc.constantFrom(
  "loom",
  "Loom",
  "weft",
  "warp",
  "heddle",
  "can't",
  "3.14",
  "Ärmel",
  "織",
  "機",
  "ткань",
);
const phrase = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "));
const documents = fc
  .array(phrase, { maxLength: 12 })
  .map((texts) => texts.map((text, i) => ({ id: `document ${i}`, text })));

describe("text", () => {
  it("is pure and has a comment on every function and parameter", () => {
    expect(kernel.pure).toBe(true);
    for (const { name, comment } of kernel.schema.functions) expect(comment, name).not.toBe("");
    for (const { request } of kernel.schema.functions) {
      for (const { name, comment } of request.fields) expect(comment, name).not.toBe("");
    }
  });
});

describe("tokenize", () => {
  it.each([
    ["", []],
    [" \n\t.,!?", []],
    ["x", ["x"]],
    ["The quick brown fox", ["the", "quick", "brown", "fox"]],
    [
      "can't, don’t; 'quoted' rock'n'roll dogs' '90s",
      ["can't", "don't", "quoted", "rock'n'roll", "dogs", "90s"],
    ],
    [
      "3.14 1,000,000 1.2.3 v1.2 5. .5 a.b 1'2",
      ["3.14", "1,000,000", "1.2.3", "v1.2", "5", "5", "a", "b", "1", "2"],
    ],
    ["foo-bar foo_bar e-mail@example.com", ["foo", "bar", "foo", "bar", "e", "mail", "example", "com"]],
    ["STRASSE straße ÉCOLE école ΟΔΟΣ οδος", ["strasse", "straße", "école", "école", "οδοσ", "οδοσ"]],
    [
      "Москва 東京タワー ひらがな 한국어 हिन्दी",
      ["москва", "東", "京", "タワー", "ひ", "ら", "が", "な", "한국어", "हिन्दी"],
    ],
    ["か\u3099き 東\ufe00京", ["か\u3099", "き", "東", "京"]],
    ["co\u00adoperate می\u200cخواهم", ["cooperate", "میخواهم"]],
    ["smile 😀 👩‍👩‍👧 ❤️ done 1️⃣", ["smile", "done", "1\u20e3"]],
    ["e\u0301te\u0301 \u0301x", ["e\u0301te\u0301", "x"]],
    ["𝔘𝔫𝔦 𐐀𐐨 𠀀𠀁", ["𝔘𝔫𝔦", "𐐨𐐨", "𠀀", "𠀁"]],
    ["१२.३ ٣٫٤ ½ Ⅻ", ["१२.३", "٣", "٤", "½", "ⅻ"]],
    ["a'ä ä'a 'a a' a'", ["a'ä", "ä'a", "a", "a", "a"]],
  ])("cuts %j", (text, words) => {
    expect(tokenize(text)).toEqual(words);
    expect(plainWords(text)).toEqual(words);
  });

  it("cuts texts of any characters as the regular expression does", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom(..."aZ9'’.,-é\u0301\u00ad\u200d東かア😀ΣßСт½ ".split("")),
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(text, (any) => {
        // What travels has no lone surrogates.
        expect(tokenize(any)).toEqual(plainWords(any.toWellFormed()));
      }),
      { seed: testSeed, numRuns: 400 },
    );
  });

  it("agrees with the word boundaries of Unicode where both know words", () => {
    const text =
      "Weaving isn't hard: the 24.5 cm reed, 1,200 ends and a good heddle — c'est ça, œuvre d’été, здравствуй мир!";
    const segments = [...new Intl.Segmenter("en", { granularity: "word" }).segment(text)];
    const words = segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
    expect(tokenize(text)).toEqual(words.map((each) => each.toLowerCase().replace("’", "'")));
  });
});

describe("wordCount", () => {
  it("counts each word, the most frequent first", () => {
    expect(wordCount("to be, or not to be: To")).toEqual({
      total: 7n,
      distinct: 4,
      words: [
        { word: "to", count: 3 },
        { word: "be", count: 2 },
        { word: "not", count: 1 },
        { word: "or", count: 1 },
      ],
    });
    expect(wordCount("to be, or not to be: To", 2).words).toEqual([
      { word: "to", count: 3 },
      { word: "be", count: 2 },
    ]);
  });

  it("finds nothing in nothing", () => {
    for (const text of ["", "— … 😀"]) expect(wordCount(text)).toEqual({ total: 0n, distinct: 0, words: [] });
  });

  it("counts what the plain words are", () => {
    fc.assert(
      fc.property(fc.oneof(phrase, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
        expect(wordCount(text)).toEqual(plainCounts(text.toWellFormed()));
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("counts a long text of many words", () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `word${(i * i) % 7919} Été`).join(", ");
    expect(wordCount(text)).toEqual(plainCounts(text));
  });
});

describe("mergeCounts", () => {
  it("gives the counts of the whole from those of its parts", () => {
    fc.assert(
      fc.property(fc.array(phrase, { maxLength: 6 }), fc.nat({ max: 5 }), (texts, limit) => {
        const parts = texts.map((text) => wordCount(text));
        expect(kernel.call("mergeCounts", { parts, limit })).toEqual(wordCount(texts.join(" "), limit));
      }),
      { seed: testSeed, numRuns: 100 },
    );
  });

  it("refuses parts that lack words", () => {
    const parts = [wordCount("a b"), wordCount("a b c", 2)];
    expect(kernel.refusal("mergeCounts", { parts })).toEqual({
      code: Code.INVALID_ARGUMENT,
      message: "part 1 has 2 of its 3 words; count with limit 0",
    });
  });
});

describe("index", () => {
  it("gives the same bytes for the same documents, and says what is in them", () => {
    const some = [
      { id: "a", text: "warp and weft" },
      { id: "b", text: "" },
      { id: "ü", text: "Weft!" },
    ];
    expect(indexOf(some)).toEqual(indexOf(some));
    expect(kernel.call("summary", { index: indexOf(some) })).toEqual({
      documents: 3,
      distinct: 3,
      total: 4n,
    });
    expect(kernel.call("summary", { index: indexOf([]) })).toEqual({ documents: 0, distinct: 0, total: 0n });
  });

  it("refuses ids that are empty or appear twice", () => {
    const refused = (...ids: string[]) =>
      kernel.refusal("index", { documents: ids.map((id) => ({ id, text: "x" })) });
    expect(refused("a", "b", "a")).toEqual({
      code: Code.INVALID_ARGUMENT,
      message: 'the document id "a" appears twice',
    });
    expect(refused("").message).toBe('the document id "" is empty');
  });
});

describe("mergeIndexes", () => {
  it("gives the bytes of the index of all documents, however they were parted", () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat({ max: 12 }), { maxLength: 4 }), (all, cuts) => {
        const edges = [0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length].toSorted(
          (a, b) => a - b,
        );
        const parts = edges.slice(1).map((end, i) => indexOf(all.slice(edges[i], end)));
        expect(merge(parts)).toEqual(indexOf(all));
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("gives the empty index for none, and refuses an id in two", () => {
    expect(merge([])).toEqual(indexOf([]));
    const one = indexOf([{ id: "same", text: "x" }]);
    expect(kernel.refusal("mergeIndexes", { indexes: [one, one] }).message).toBe(
      'the document id "same" appears twice',
    );
  });
});

describe("search", () => {
  const some: readonly PlainDocument[] = [
    { id: "loom", text: "A loom weaves cloth. The warp is held, the weft goes across." },
    { id: "heddle", text: "A heddle lifts the right warp thread at the right moment." },
    { id: "weft", text: "The weft, the weft, and nothing but the weft!" },
    { id: "tokyo", text: "東京の織機" },
  ];

  it.each([
    ["weft", ["weft", "loom"]],
    ["WARP weft", ["loom", "weft", "heddle"]],
    ["+warp +weft", ["loom"]],
    ["warp -cloth", ["heddle"]],
    ["+the -weft", ["heddle"]],
    ['"right warp"', ["heddle"]],
    ['"warp right"', []],
    ['+"the weft" -held', ["weft"]],
    ["东京 京都", []],
    ["東京", ["tokyo"]],
    ["京東", []],
    ["nothing-but", ["weft"]],
    ["unheard-of", []],
    ["silk weft", ["weft", "loom"]],
    ["+silk weft", []],
  ])("answers %j", (query, ids) => {
    const { total, hits } = search(indexOf(some), query);
    expect(hits.map(({ id }) => id)).toEqual(ids);
    expect(total).toBe(ids.length);
  });

  it("ranks as the plain formula over the plain words does", () => {
    const clause = fc.tuple(
      fc.constantFrom("", "", "+", "-"),
      fc.array(word, { minLength: 1, maxLength: 3 }),
    );
    const query = fc
      .array(clause, { minLength: 1, maxLength: 4 })
      .filter((clauses) => clauses.some(([sign]) => sign !== "-"));
    fc.assert(
      fc.property(documents, query, fc.integer({ min: 1, max: 5 }), (all, clauses, limit) => {
        const text = clauses.map(([sign, words]) => `${sign}"${words.join(" ")}"`).join(" ");
        const found = search(indexOf(all), text, limit);
        const expected = plainSearch(all, clauses);
        expect(found.total).toBe(expected.length);
        expect(new Set(found.hits.map(({ id }) => id)).size).toBe(Math.min(limit, expected.length));
        // Whose scores are the same but for the last digit may stand in either order.
        for (const [i, { id, score }] of found.hits.entries()) {
          expect(score).toBeCloseTo(expected[i]?.score ?? NaN, 10);
          expect(score).toBeCloseTo(expected.find((each) => each.id === id)?.score ?? NaN, 10);
        }
      }),
      { seed: testSeed, numRuns: 400 },
    );
  });

  it("gives ten hits unless asked for more, and counts all", () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({
      id: `d${i}`,
      text: "thread ".repeat((i % 50) + 1),
    }));
    const index = indexOf(many);
    expect(search(index, "thread").hits).toHaveLength(10);
    const { total, hits } = search(index, "thread", 1000);
    expect([total, hits.length]).toEqual([2000, 1000]);
    expect(hits.map(({ id }) => id)).toEqual(
      plainSearch(many, [["", ["thread"]]])
        .slice(0, 1000)
        .map(({ id }) => id),
    );
  });

  it.each([
    ["", 0, "the query has no words"],
    ['  !? +- ""', 0, "the query has no words"],
    ["-weft", 0, "the query only says what documents must not have"],
    ['"never closed', 0, "the query has a quotation mark without another"],
    ["x ".repeat(65), 0, "a query may have at most 64 clauses"],
    [`"${"x ".repeat(65)}"`, 0, "a clause may have at most 64 words"],
    ["weft", 1001, "limit must be at most 1000, not 1001"],
  ])("refuses the query %j with the limit %d", (query, limit, message) => {
    const index = indexOf(some);
    expect(kernel.refusal("search", { index, query, limit })).toEqual({
      code: Code.INVALID_ARGUMENT,
      message,
    });
  });

  it("refuses bytes that are no index", () => {
    const whole = indexOf(some);
    const refused = (index: Uint8Array): string => kernel.refusal("search", { index, query: "weft" }).message;
    expect(refused(new Uint8Array(0))).toContain("the bytes are no index");
    expect(refused(new TextEncoder().encode("x".repeat(100)))).toContain("the bytes are no index");
    expect(refused(whole.subarray(0, whole.length - 1))).toContain("the index is damaged: it should have");
    expect(refused(Uint8Array.of(...whole, 0))).toContain("the index is damaged: it should have");
  });

  it("answers or refuses damaged bytes, and never fails otherwise", () => {
    const whole = indexOf(some);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.constantFrom("weft", '"the weft"', "+warp -loom", "right thread"),
        (changes, query) => {
          const damaged = whole.slice();
          for (const [at, byte] of changes) damaged[at] = byte;
          for (const request of [{ index: damaged, query }, { indexes: [damaged, damaged] }]) {
            expectAnswerOrRefusal("query" in request ? "search" : "mergeIndexes", request);
          }
        },
      ),
      { seed: testSeed, numRuns: 400 },
    );
  });

  function expectAnswerOrRefusal(name: string, request: object): void {
    try {
      kernel.call(name, request);
    } catch {
      expect(kernel.instance.failure?.code).toBe(Code.INVALID_ARGUMENT);
    }
  }
});

function plainCounts(text: string): Counts {
  const counts = new Map<string, number>();
  const words = plainWords(text);
  for (const each of words) counts.set(each, (counts.get(each) ?? 0) + 1);
  const rows = [...counts].map(([each, count]) => ({ word: each, count }));
  const byUnicode = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  rows.sort((a, b) => b.count - a.count || byUnicode(a.word, b.word));
  return { total: BigInt(words.length), distinct: rows.length, words: rows };
}
