/**
 * What a compiled kernel asks of its host: refuses imports beyond the module contract, such as those that clocks and
 * random sources compile to, and imports that run before the first call.
 *
 * The module is the truth about what is used; where it is used is looked up in the sources, so that code which is
 * never reached does no harm and a variable of the author's that is called `process` is no clock.
 */
import { ExpressionStatement, VariableStatement, type Source, type Statement } from "assemblyscript";
import type { Diagnostics } from "./diagnostics.ts";
import { flags } from "./flags.ts";
import { libraryPrefix } from "./library-path.ts";
import { declarationsOf } from "./scope.ts";

/** One kind of import that a kernel cannot have. */
interface RefusedImport {
  /** Names of the imports. */
  readonly name: RegExp;
  /** What it looks like in a source. */
  readonly pattern: RegExp;
  readonly what: string;
  readonly advice: string;
}

const seedAdvice = "take a seed as a parameter and compute from it";
const timeAdvice = "take the time as a parameter, an i64 of milliseconds";
const refusedImports: readonly RefusedImport[] = [
  {
    name: /^seed$/,
    pattern: /\b(?:Mathf?|NativeMathf?)\s*\.\s*random\b|\bseed\s*\(/,
    what: "a kernel has no random source",
    advice: seedAdvice,
  },
  { name: /^crypto\./, pattern: /\bcrypto\s*\./, what: "a kernel has no random source", advice: seedAdvice },
  { name: /^Date\./, pattern: /\bDate\s*\.\s*now\b/, what: "a kernel has no clock", advice: timeAdvice },
  {
    name: /^performance\./,
    pattern: /\bperformance\s*\./,
    what: "a kernel has no clock",
    advice: timeAdvice,
  },
  {
    name: /^console\./,
    pattern: /\bconsole\s*\./,
    what: "a kernel has no console",
    advice: 'use log from "heddle"',
  },
  {
    name: /^process\./,
    pattern: /\bprocess\s*\./,
    what: "a kernel has no process",
    advice: "take what it needs as a parameter",
  },
];

/** Refuses imports that are not in the module contract. `text` is the module in the text format. */
export function checkImports(text: string, sources: readonly Source[], diagnostics: Diagnostics): void {
  for (const [, from = "", name = ""] of text.matchAll(/\(import "([^"]*)" "([^"]*)"/g)) {
    if (from === "heddle" || isDeclared(sources, name)) continue;
    const row = refusedImports.find((each) => each.name.test(name));
    const what = row?.what ?? `the module would import "${name}" from "${from}"`;
    const advice = row?.advice ?? 'a kernel imports from its host only what "heddle" offers';
    addUse(sources, row?.pattern ?? declarationOf(name), what, advice, diagnostics);
  }
}

/** Whether an author declares a function of that name, or a namespace that has it: it is refused where it stands. */
function isDeclared(sources: readonly Source[], name: string): boolean {
  return sources.some(
    (source) =>
      !source.normalizedPath.startsWith(libraryPrefix) &&
      declarationsOf(source).some((each) => each.is(flags.ambient) && name.split(".")[0] === each.name.text),
  );
}

/** What the declaration of an imported function looks like. */
function declarationOf(name: string): RegExp {
  const last = name.split(".").at(-1) ?? name;
  return new RegExp(`\\bdeclare function ${last.replace(/\W/g, "\\$&")}\\b`);
}

function addUse(
  sources: readonly Source[],
  pattern: RegExp,
  what: string,
  advice: string,
  diagnostics: Diagnostics,
): void {
  for (const source of sources) {
    const at = withoutComments(source.text).search(pattern);
    if (at < 0) continue;
    const line = source.lineAt(at);
    diagnostics.addAt(source.normalizedPath, line, source.columnAt(), what, advice);
    return;
  }
  diagnostics.addAt(sources[0]?.normalizedPath ?? "", 0, 0, what, advice);
}

/** The text with comments blanked, so that positions stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => " ".repeat(comment.length));
}

const hostFunction = /^~lib\/heddle\/host\/(hostFail|hostLog)$/;
/** Those that every kernel can reach, through a failed check or a full memory. */
const alwaysReachable = new Set(["~lib/heddle/host/abortKernel", "~lib/heddle/host/outOfMemory"]);

/** Refuses top-level code that calls the host. `text` is the module before it was optimised, in the text format. */
export function checkStart(text: string, sources: readonly Source[], diagnostics: Diagnostics): void {
  const calls = callGraph(text);
  for (const source of sources) {
    const start = `start:${source.internalPath}`;
    const path = pathToHost(calls, start);
    if (path === null) continue;
    const first = path[0]?.split("/").at(-1) ?? "";
    const statement = source.statements.find(
      (each) => isCode(each) && textOf(each).includes(first.split("#")[0] ?? ""),
    );
    const range = (statement ?? source.statements.find(isCode) ?? source).range;
    const through = path.filter((name) => !name.startsWith("~lib/heddle/")).join(" → ");
    const what = `top-level code calls the host${through === "" ? "" : ` through ${through}`}`;
    diagnostics.add(
      range,
      what,
      "log and fail inside an exported function, when there is a call to speak of",
    );
  }
}

function isCode(statement: Statement): boolean {
  return statement instanceof ExpressionStatement || statement instanceof VariableStatement;
}

function textOf({ range: { source, start, end } }: Statement): string {
  return source.text.slice(start, end);
}

/** Which function calls which, by the text format. */
function callGraph(text: string): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  let callees: string[] = [];
  for (const [, func, callee] of text.matchAll(/\(func \$("[^"]*"|[^\s()]+)|\bcall \$("[^"]*"|[^\s()]+)/g)) {
    if (func !== undefined) {
      callees = [];
      calls.set(unquoted(func), callees);
    } else if (callee !== undefined) callees.push(unquoted(callee));
  }
  return calls;
}

function unquoted(name: string): string {
  return name.replace(/^"|"$/g, "");
}

/** A shortest way from a function to an import of the host, without both ends; null when there is none. */
function pathToHost(calls: ReadonlyMap<string, readonly string[]>, start: string): string[] | null {
  const seen = new Set([start]);
  let paths: string[][] = [[start]];
  while (paths.length > 0) {
    const longer: string[][] = [];
    for (const path of paths) {
      for (const callee of calls.get(path.at(-1) ?? "") ?? []) {
        if (hostFunction.test(callee)) return path.slice(1);
        if (seen.has(callee) || alwaysReachable.has(callee)) continue;
        seen.add(callee);
        longer.push([...path, callee]);
      }
    }
    paths = longer;
  }
  return null;
}
