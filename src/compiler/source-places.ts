/** Functions of a kernel's sources by place: what is declared around a line, and where a function is declared. */
import {
  ClassDeclaration,
  FunctionDeclaration,
  NamespaceDeclaration,
  type Source,
  type Statement,
} from "assemblyscript";
import { isStandard } from "./library-path.ts";

interface DeclaredFunction {
  /** `matmul`, `Matrix.get`. */
  readonly name: string;
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** Looks up functions in sources. */
export class SourcePlaces {
  readonly #functions = new Map<string, DeclaredFunction[]>();
  /** Offsets at which lines begin. */
  readonly #lines = new Map<string, number[]>();

  constructor(sources: readonly Source[]) {
    for (const source of sources) {
      if (isStandard(source.normalizedPath)) continue;
      const found: DeclaredFunction[] = [];
      for (const statement of source.statements) collect(statement, "", found);
      this.#functions.set(source.normalizedPath, found);
      this.#lines.set(source.normalizedPath, lineStarts(source.text));
    }
  }

  /** The innermost function that is declared around a place; "" at the top level. Line and column count from 1. */
  functionAt(path: string, line: number, column: number): string {
    const offset = (this.#lines.get(path)?.[line - 1] ?? 0) + column - 1;
    const around = this.#functions.get(path)?.filter(({ start, end }) => start <= offset && offset < end);
    return around?.toSorted((a, b) => b.start - a.start)[0]?.name ?? "";
  }

  /** Where a function is declared, by the name the compiler gives it: `linalg/Matrix#get`. */
  declarationOf(internalName: string): { path: string; line: number; column: number; name: string } | null {
    const plain = internalName.replace(/<.*?>(?=[#.]|$)/g, "").replace(/~anonymous.*$/, "");
    for (const [path, functions] of this.#functions) {
      const prefix = `${path.replace(/\.ts$/, "")}/`;
      if (!plain.startsWith(prefix)) continue;
      const name = plain.slice(prefix.length).replace(/#(?:get:|set:)?/, ".");
      const found = functions.find((each) => each.name === name);
      if (found !== undefined) return { path, line: found.line, column: found.column, name };
    }
    return null;
  }
}

function collect(statement: Statement, outer: string, found: DeclaredFunction[]): void {
  if (statement instanceof FunctionDeclaration) {
    const { range, name } = statement;
    const line = range.source.lineAt(name.range.start);
    const column = range.source.columnAt();
    found.push({ name: outer + name.text, start: range.start, end: range.end, line, column });
  } else if (statement instanceof ClassDeclaration || statement instanceof NamespaceDeclaration) {
    for (const member of statement.members) collect(member, `${outer}${statement.name.text}.`, found);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
