/** What is wrong with a kernel source, and the error that says it. */
import type { Range } from "assemblyscript";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** One thing that is wrong. */
export interface Problem {
  /** Path of the source, relative to the kernel's folder. */
  readonly file: string;
  /** From 1; 0 when there is no place to point at. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
  /** What to do instead; "" when the compiler's own words are all there is. */
  readonly advice: string;
}

/** Collects problems, so that an author sees all of them at once. */
export class Diagnostics {
  readonly #problems: Problem[] = [];

  /** Notes a problem at a place in a source. */
  add(range: Range, what: string, advice: string): void {
    const { source } = range;
    const line = source.lineAt(range.start);
    this.addAt(source.normalizedPath, line, source.columnAt(), what, advice);
  }

  /** Notes a problem by file, line and column. */
  addAt(file: string, line: number, column: number, what: string, advice: string): void {
    this.#problems.push({ file, line, column, what, advice });
  }

  /** Notes the problems of another list, but for those at places where something is known to be wrong. */
  addAll(other: Diagnostics): void {
    const known = new Set(this.#problems.map(({ file, line, column }) => `${file}:${line}:${column}`));
    const isNew = ({ file, line, column }: Problem): boolean => !known.has(`${file}:${line}:${column}`);
    this.#problems.push(...other.#problems.filter(isNew));
  }

  /** Whether nothing is wrong so far. */
  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** Throws BUILD_FAILED with a line for each problem when there are any. */
  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    const ordered = this.#problems.toSorted((a, b) =>
      a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
    );
    const lines = [...new Set(ordered.map(formatProblem))];
    const shown = lines.slice(0, limits.buildProblemsMax);
    const more = lines.length - shown.length;
    if (more > 0) shown.push(`and ${more} more`);
    throw new HeddleError("BUILD_FAILED", shown.join("\n"));
  }
}

/** `linalg.ts:3:14  generic function "f"; use one function for each type`. */
function formatProblem({ file, line, column, what, advice }: Problem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return advice === "" ? `${place}  ${what}` : `${place}  ${what}; ${advice}`;
}
