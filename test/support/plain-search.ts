/** Words and searches as the text kernel has them, done plainly: by regular expressions and loops over all documents. */

export interface PlainDocument {
  readonly id: string;
  readonly text: string;
}

const ideograph = String.raw`[[\p{Script=Han}\p{Script=Hiragana}]&&\p{L}]`;
const invisible = String.raw`[\u00ad\u200c\u200d\u2060\ufe00-\ufe0f\u{e0100}-\u{e01ef}]`;
const follower = String.raw`(?:${invisible}|\p{M})`;
const letter = String.raw`[\p{L}--[[\p{Script=Han}\p{Script=Hiragana}]&&\p{L}]]`;
const within = [
  String.raw`(?:${letter}|\p{N}|${follower})`,
  String.raw`(?<=${letter}${follower}*)['’](?=${letter})`,
  String.raw`(?<=\p{N}${follower}*)[.,](?=\p{N})`,
];
const pattern = new RegExp(`${ideograph}${follower}*|(?:${letter}|\\p{N})(?:${within.join("|")})*`, "gv");
const invisibles = new RegExp(invisible, "gv");

/** The words of a text. */
export function plainWords(text: string): string[] {
  return [...text.matchAll(pattern)].map(([word]) =>
    [...word.replaceAll(invisibles, "").replaceAll("’", "'")].map(fold).join(""),
  );
}

function fold(character: string): string {
  const upper = character.toUpperCase();
  const lower = upper.toLowerCase();
  return [...upper].length === 1 && [...lower].length === 1 ? lower : character;
}

/** Documents that a query of clauses (a sign and a row of words) finds, best first. */
export function plainSearch(
  documents: readonly PlainDocument[],
  clauses: readonly (readonly [sign: string, words: readonly string[]])[],
): { readonly id: string; readonly score: number }[] {
  const texts = documents.map(({ text }) => plainWords(text));
  const mean = texts.reduce((sum, words) => sum + words.length, 0) / texts.length;
  const counted = clauses.map(([sign, words]) => {
    const row = words.flatMap(plainWords);
    const counts = texts.map(
      (text) => text.filter((_, at) => row.every((word, i) => text[at + i] === word)).length,
    );
    const having = counts.filter((count) => count > 0).length;
    return { sign, counts, rarity: Math.log(1 + (texts.length - having + 0.5) / (having + 0.5)) };
  });
  const found = documents.flatMap(({ id }, d) => {
    const has = ({ counts }: { counts: number[] }): boolean => (counts[d] ?? 0) > 0;
    if (counted.some((clause) => clause.sign === "-" && has(clause))) return [];
    if (counted.some((clause) => clause.sign === "+" && !has(clause))) return [];
    const wanted = counted.filter(({ sign }) => sign !== "-");
    if (!wanted.some(has)) return [];
    let score = 0;
    for (const { counts, rarity } of wanted) {
      const often = counts[d] ?? 0;
      const size = (texts[d]?.length ?? 0) / mean;
      score += (rarity * often * 2.2) / (often + 1.2 * (0.25 + 0.75 * size));
    }
    return [{ id, score }];
  });
  // Equally good ones stay in the order of the index; sums may differ in their last digits.
  return found.toSorted((a, b) => (Math.abs(a.score - b.score) < 1e-12 ? 0 : b.score - a.score));
}
