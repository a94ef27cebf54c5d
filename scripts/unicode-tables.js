/**
 * `node scripts/unicode-tables.js` writes kernels/text/unicode.ts: what the text kernel has to know about characters,
 * from the Unicode data of the Node that runs it. To be run again with a Node whose `process.versions.unicode` is
 * newer; test/kernels/text/unicode.test.ts says when.
 */
import { writeFileSync } from "node:fs";

const kinds = [
  [4, /^[[\p{Script=Han}\p{Script=Hiragana}]&&\p{L}]$/v],
  [1, /^\p{L}$/u],
  [2, /^\p{N}$/u],
  [3, /^\p{M}$/u],
];
/** What is invisible inside a word does not make another word of it: soft hyphen, joiners, variation selectors. */
const invisible = [
  [0xad, 0xad],
  [0x200c, 0x200d],
  [0x2060, 0x2060],
  [0xfe00, 0xfe0f],
  [0xe0100, 0xe01ef],
];
const last = 0x10ffff;

const steps = [];
const folds = [];
let kind = 0;
for (let point = 0x80; point <= last; point++) {
  const next = kindOf(point);
  if (next !== kind) steps.push(point * 8 + next);
  kind = next;
  const by = foldOf(point) - point;
  if (by !== 0) addFold(point, by);
}

writeFileSync(new URL("../kernels/text/unicode.ts", import.meta.url), source());

function kindOf(point) {
  const character = String.fromCodePoint(point);
  if (invisible.some(([start, end]) => point >= start && point <= end)) return 5;
  return kinds.find(([, pattern]) => pattern.test(character))?.[0] ?? 0;
}

function foldOf(point) {
  if (point >= 0xd800 && point <= 0xdfff) return point;
  const upper = [...String.fromCodePoint(point).toUpperCase()];
  const lower = upper.length === 1 ? [...upper[0].toLowerCase()] : [];
  return lower.length === 1 ? lower[0].codePointAt(0) : point;
}

/** Most foldings come in ranges, of every character or every other one. */
function addFold(point, by) {
  const range = folds.at(-1);
  if (range !== undefined && range.by === by) {
    const step = point - range.end;
    if (step <= 2 && (range.start === range.end || step === range.step)) {
      range.step = step;
      range.end = point;
      return;
    }
  }
  folds.push({ start: point, end: point, step: 1, by });
}

function source() {
  const numbers = folds.flatMap(({ start, end, step, by }) => [start, end, step, by]);
  return `/**
 * Characters of Unicode ${process.versions.unicode} beyond ASCII. Written by scripts/unicode-tables.js.
 */

/** Where the kind of character changes, in order: first code point × 8 + kind, see words.ts. */
export const KINDS: usize = memory.data<u32>([
${lines(steps)}
]);
export const KINDS_COUNT: i32 = ${steps.length};

/** Foldings in order: first and last code point, 1 for all between or 2 for every other one, what is to be added. */
export const FOLDS: usize = memory.data<i32>([
${lines(numbers)}
]);
export const FOLDS_COUNT: i32 = ${folds.length};
`;
}

function lines(numbers) {
  const result = [];
  let line = "";
  for (const number of numbers) {
    if (line.length + String(number).length + 2 > 108) {
      result.push(line);
      line = "";
    }
    line += `${line === "" ? "  " : " "}${number},`;
  }
  return [...result, line].join("\n");
}
